#include "app/cli/origin.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <thread>

#include "core/base/resources.h"

namespace nudge::cli {

std::string sourceCommit() {
  const std::string command = "git -C '" + resourceFolder().string() + "' rev-parse --short HEAD 2>/dev/null";
  std::array<char, 64> line{};
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return "unknown";
  const bool read = std::fgets(line.data(), line.size(), pipe) != nullptr;
  pclose(pipe);
  std::string commit(line.data());
  while (!commit.empty() && commit.back() == '\n') commit.pop_back();
  return read && !commit.empty() ? commit : "unknown";
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
