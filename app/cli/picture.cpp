#include "app/cli/picture.h"

#include <cstdio>
#include <cstring>
#include <filesystem>

namespace nudge::cli {

namespace {
std::string shellQuoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}
}  // namespace

Status writePng(const std::string& svg, const std::string& out) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string command = shellQuoted((self.parent_path() / "nudge-picture").string()) + " " +
                              shellQuoted(std::filesystem::absolute(out, error).string()) + " 2>/dev/null";  // said below
  FILE* pipe = popen(command.c_str(), "w");
  if (!pipe) return Error{ErrorCode::Io, std::string("cannot start nudge-picture: ") + std::strerror(errno)};
  const bool written = std::fwrite(svg.data(), 1, svg.size(), pipe) == svg.size();
  const bool fine = pclose(pipe) == 0;
  if (written && fine) return {};
  return Error{ErrorCode::Io, "the picture '" + out + "' could not be made; --format svg needs no further program"};
}

}  // namespace nudge::cli
