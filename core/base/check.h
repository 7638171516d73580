// NUDGE_CHECK stands in every build, NUDGE_DCHECK in debug builds only. Both mark programmer errors.
#pragma once

namespace nudge {
/// Prints the message with its place to stderr and aborts.
[[noreturn]] void checkFailed(const char* file, int line, const char* condition, const char* message);
}  // namespace nudge

#define NUDGE_CHECK(condition, message) \
  ((condition) ? static_cast<void>(0) : ::nudge::checkFailed(__FILE__, __LINE__, #condition, message))
#ifdef NDEBUG
#define NUDGE_DCHECK(condition, message) static_cast<void>(0)
#else
#define NUDGE_DCHECK(condition, message) NUDGE_CHECK(condition, message)
#endif
