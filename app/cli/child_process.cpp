#include "app/cli/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace nudge::cli {

namespace {

constexpr std::size_t kLongestMessage = 300;

/// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(char* const* arguments, pid_t parent, int output, int errors) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it was gone before that
  ::setpgid(0, 0);
  if (::nice(10) == -1) errno = 0;  // not worth failing for
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::execv("/proc/self/exe", arguments);
  ::_exit(127);
}

std::string lastLine(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return {};
  const std::size_t begin = text.rfind('\n', end);
  std::string line = text.substr(begin == std::string::npos ? 0 : begin + 1, end - (begin == std::string::npos ? 0 : begin + 1) + 1);
  const std::string prefix = "nudge-cli: ";
  if (line.rfind(prefix, 0) == 0) line.erase(0, prefix.size());
  return line.substr(0, kLongestMessage);
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const std::vector<std::string>& arguments) {
  std::array<int, 2> output{}, errors{};
  if (::pipe2(output.data(), O_CLOEXEC) != 0 || ::pipe2(errors.data(), O_CLOEXEC) != 0)
    return Error{ErrorCode::Io, std::string("cannot start a child process: ") + std::strerror(errno)};
  std::vector<std::string> texts{"nudge-cli"};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  ::setenv("OMP_NUM_THREADS", "1", 1);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(pointers.data(), parent, output[1], errors[1]);
  const int fault = errno;
  ::close(output[1]);
  ::close(errors[1]);
  if (pid < 0) {
    ::close(output[0]);
    ::close(errors[0]);
    return Error{ErrorCode::Io, std::string("cannot start a child process: ") + std::strerror(fault)};
  }
  for (const int descriptor : {output[0], errors[0]}) ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, output[0], errors[0]));
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(output_);
  ::close(errors_);
}

void ChildProcess::wait(const std::vector<ChildProcess*>& children, int timeout_ms) {
  std::vector<pollfd> waited;
  for (const ChildProcess* child : children) {
    if (!child->outputOver_) waited.push_back({child->output_, POLLIN, 0});
    if (!child->errorsOver_) waited.push_back({child->errors_, POLLIN, 0});
  }
  ::poll(waited.data(), waited.size(), timeout_ms);
}

bool ChildProcess::drain(int descriptor, std::string& text) {
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    else if (count == 0) return true;
    else if (errno != EINTR) return errno != EAGAIN;
  }
}

bool ChildProcess::read(const std::function<void(const std::string&)>& line) {
  outputOver_ = outputOver_ || drain(output_, text_);
  errorsOver_ = errorsOver_ || drain(errors_, errorText_);
  for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
    line(text_.substr(0, end));
    text_.erase(0, end + 1);
  }
  if (!outputOver_ || !errorsOver_) return true;
  if (pid_ > 0) reap();
  return false;
}

void ChildProcess::reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  failure_ = WIFSIGNALED(status) ? std::string("ended by signal ") + std::to_string(WTERMSIG(status)) + " (" +
                                       ::strsignal(WTERMSIG(status)) + ")"
                                 : "ended with exit code " + std::to_string(WEXITSTATUS(status));
  if (const std::string said = lastLine(errorText_); !said.empty()) failure_ = said + " (" + failure_ + ")";
}

}  // namespace nudge::cli
