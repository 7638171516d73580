// The synthetic teacher's gate, set so that it drives a wanted share of the priors' first round.
#pragma once

#include <span>
#include <vector>

#include "core/benchmark/lesson.h"

namespace nudge {

struct CalibrationSettings {
  double rate = 0.24;  ///< wanted share of steps that the teacher drives, mean over the priors
  int steps = 6'000;   ///< control steps that each trial runs with each prior
  int trials = 9;      ///< halvings of the bracket of τ_on
  double lowest = 0.01, highest = 3.0;  ///< bracket of τ_on, in units of Q
  std::uint64_t seed = 4'000;
};

struct CalibrationTrial {
  double tauOn = 0.0;
  std::vector<double> rates;  ///< one a prior
  double mean = 0.0;
};

struct Calibration {
  TeacherGate gate;                      ///< τ_on and τ_off new, all else as given
  CalibrationTrial chosen;               ///< the trial whose mean is nearest to the wanted rate
  std::vector<CalibrationTrial> trials;  ///< in the order tried
  double floor = 0.0;                    ///< rate of the chosen gate on `expert`
};

/// Bisects τ_on on a logarithmic scale, every trial on the same episodes; τ_off keeps its share of τ_on, or its value where τ_on is
/// a loss. The rate
/// falls with τ_on but for the noise of a finite round, so the nearest trial is taken, not the last.
/// expert: a policy of the teacher's own reward; what the gate takes over from it is the floor of every curve.
/// InvalidInput: no priors, a rate outside (0, 1), τ_off not under τ_on, a policy that gives no number.
Result<Calibration> calibrateGate(Task& task, std::span<const Policy> priors, const Policy& teacher,
                                  const Policy& expert, const TeacherGate& gate, const CalibrationSettings& settings);

/// Whether the gate tells an expert from a prior: it takes over from the expert less than half as often.
bool measuresAlignment(const Calibration& calibration);

}  // namespace nudge
