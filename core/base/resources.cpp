#include "core/base/resources.h"

#include <cstdlib>
#include <system_error>

namespace nudge {

std::filesystem::path resourceFolder() {
  if (const char* folder = std::getenv("NUDGE_RESOURCES")) return folder;
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto installed = program.parent_path().parent_path() / "share" / "nudge";
  if (!program.empty() && std::filesystem::exists(installed, ignored)) return installed;
  return NUDGE_RESOURCES_SOURCE;
}

}  // namespace nudge
