// Whole copies of a session file, made while it may be in use.
#pragma once

#include <atomic>
#include <string>

#include "core/base/result.h"

namespace nudge {

/// A copy of everything that is committed in `from`, at `to`, where nothing may lie yet (InvalidInput).
/// Nobody records into the copy. Appears under its name when it is whole. Cancelled when
/// `stop` becomes true on the way: nothing is left then.
Status copyLesson(const std::string& from, const std::string& to, const std::atomic<bool>* stop = nullptr);

}  // namespace nudge
