#include "core/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

namespace nudge {

namespace {
Error systemError(const std::string& action, const std::filesystem::path& path, int number) {
  ErrorCode code = ErrorCode::Io;
  if (number == ENOENT || number == ENOTDIR) code = ErrorCode::NotFound;
  if (number == EROFS || number == EACCES || number == EPERM) code = ErrorCode::ReadOnly;
  if (number == ENOSPC || number == EDQUOT) code = ErrorCode::Full;
  return {code, "cannot " + action + " " + path.string() + ": " + std::strerror(number)};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

/// 0, or errno.
int writeAll(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : EIO;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0 ? 0 : errno;
}
}  // namespace

Result<std::vector<std::uint8_t>> readFile(const std::filesystem::path& path, std::size_t limit) {
  // Non-blocking, so that a named pipe cannot hang us before fstat has told what it is.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd() < 0) return systemError("open", path, errno);
  struct stat facts {};
  if (::fstat(file.fd(), &facts) != 0) return systemError("read", path, errno);
  if (!S_ISREG(facts.st_mode)) return Error{ErrorCode::InvalidInput, path.string() + " is not a file"};
  if (static_cast<std::uint64_t>(facts.st_size) > limit)
    return Error{ErrorCode::InvalidInput, path.string() + " is too large: " + std::to_string(facts.st_size) +
                                              " bytes, at most " + std::to_string(limit) + " are read"};
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(facts.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.fd(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return systemError("read", path, errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

Status writeFile(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  std::string temporary = path.string() + ".XXXXXX";
  int failure = 0;
  {
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (file.fd() < 0) return systemError("write", path, errno);
    failure = writeAll(file.fd(), bytes);
    if (failure == 0 && ::fchmod(file.fd(), 0644) != 0) failure = errno;
  }
  if (failure == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) failure = errno;
  if (failure == 0) return {};
  ::unlink(temporary.c_str());
  return systemError("write", path, failure);
}

Status writeFile(const std::filesystem::path& path, std::string_view text) {
  return writeFile(path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

Status renameNew(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  int failure = errno;
  if (failure == EINVAL || failure == ENOSYS) {  // a file system that cannot promise it
    struct stat facts {};
    if (::lstat(to.c_str(), &facts) == 0) {
      failure = EEXIST;
    } else {
      if (std::rename(from.c_str(), to.c_str()) == 0) return {};
      failure = errno;
    }
  }
  const std::string name = std::string("'").append(to.string()).append("'");
  if (failure == EEXIST)
    return Error{ErrorCode::InvalidInput, name + " exists already. It was not changed; choose another name."};
  return Error{ErrorCode::Io, name + " could not be created: " + std::strerror(failure) + "."};
}

}  // namespace nudge
