// How late a teacher's commands came.
#pragma once

namespace nudge {

/// How old commands were when they were carried out, from the hand's packet on. A hand that holds still gives no new
/// commands.
struct CommandLag {
  int commands = 0;
  double median_s = 0.0, p99_s = 0.0;  ///< to half a millisecond; 0 without commands
};

}  // namespace nudge
