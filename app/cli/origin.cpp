#include "app/cli/origin.h"

#include <fstream>
#include <thread>

#include "commit.h"

namespace nudge::cli {

std::string sourceCommit() {
  return kCommit;
}

std::string machineName() {
  std::ifstream file("/proc/cpuinfo");
  std::string model = "processor";
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) model = line.substr(colon + 2);
    break;
  }
  return std::to_string(std::thread::hardware_concurrency()) + " × " + model;
}

}  // namespace nudge::cli
