#include "core/policy/policy_path.h"

#include <algorithm>

#include "core/base/resources.h"

namespace nudge {
namespace {

bool plainName(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool isFolder(const std::string& task) {
  std::error_code ignored;
  return task.find('/') != std::string::npos && std::filesystem::exists(std::filesystem::path(task) / "task.toml", ignored);
}

}  // namespace

std::filesystem::path policyPath(const std::string& task, const std::string& kind) {
  if (!plainName(kind)) return {};
  if (isFolder(task)) return std::filesystem::path(task) / "priors" / (kind + ".safetensors");
  return plainName(task) ? resourceFolder() / "priors" / (task + "-" + kind + ".safetensors") : std::filesystem::path();
}

}  // namespace nudge
