// `nudge --demo`: the real window teaches itself a short lesson.
//
// A synthetic teacher moves the same device path that a person's hand moves, at raised speed; the real
// learner process learns in the background. Pictures of the window and the lesson stay in a folder, one
// JSON line a round goes to stdout.
#pragma once

#include "app/options.h"

namespace nudge {

struct DemoPlan {
  int rounds = 3;
  int stepsPerRound = 400;
  double speed = 4.0;
  double limit_s = 1200.0;  ///< gives up after this long; two idle cores need a fifth of it
};

/// Needs a QApplication. Exit code: 0, or 1 with one clear line on stderr.
int runDemo(const Options& options, const DemoPlan& plan = {});

}  // namespace nudge
