#include "core/benchmark/calibration.h"

#include <cmath>
#include <numeric>

namespace nudge {

Result<Calibration> calibrateGate(Task& task, std::span<const Policy> priors, const Policy& teacher,
                                  const Policy& expert, const TeacherGate& gate, const CalibrationSettings& settings) {
  if (priors.empty()) return Error{ErrorCode::InvalidInput, "there is no prior to calibrate the teacher with"};
  if (!(settings.rate > 0.0 && settings.rate < 1.0))
    return Error{ErrorCode::InvalidInput, "the wanted rate must lie between 0 and 1"};
  if (gate.lossSteps == 0 && !(gate.tauOff < gate.tauOn))
    return Error{ErrorCode::InvalidInput, "tau_off must lie under the teacher's tau_on, of which it keeps its share; or make tau_on a loss"};
  // Loss and gap are different measures: the one that gives back stays where it is.
  const auto tauOffAt = [&gate](double tauOn) { return gate.lossSteps > 0 ? gate.tauOff : gate.tauOff / gate.tauOn * tauOn; };
  RoundSettings round;
  round.steps = settings.steps;
  round.seed = settings.seed;
  round.gate = gate;
  const auto rateOf = [&](const Policy& policy, double tauOn) -> Result<double> {
    round.gate.tauOn = tauOn;
    round.gate.tauOff = tauOffAt(tauOn);
    auto taught = collectRound(task, policy, teacher, 1, 1, round);
    if (!taught) return taught.error();
    return taught->figures.rate();
  };

  Calibration result;
  double low = std::log(settings.lowest), high = std::log(settings.highest);
  for (int i = 0; i < settings.trials; ++i) {
    CalibrationTrial trial;
    trial.tauOn = std::exp(0.5 * (low + high));
    for (const Policy& prior : priors) {
      auto rate = rateOf(prior, trial.tauOn);
      if (!rate) return rate.error();
      trial.rates.push_back(*rate);
    }
    trial.mean = std::accumulate(trial.rates.begin(), trial.rates.end(), 0.0) / static_cast<double>(trial.rates.size());
    (trial.mean > settings.rate ? low : high) = std::log(trial.tauOn);
    if (i == 0 || std::abs(trial.mean - settings.rate) < std::abs(result.chosen.mean - settings.rate))
      result.chosen = trial;
    result.trials.push_back(std::move(trial));
  }
  if (!(tauOffAt(result.chosen.tauOn) < result.chosen.tauOn))
    return Error{ErrorCode::InvalidInput, "tau_off must lie under tau_on, and a tau_on above it does not give the wanted rate"};
  auto floor = rateOf(expert, result.chosen.tauOn);
  if (!floor) return floor.error();
  result.floor = *floor;
  result.gate = gate;
  result.gate.tauOn = result.chosen.tauOn;
  result.gate.tauOff = tauOffAt(result.chosen.tauOn);
  return result;
}

bool measuresAlignment(const Calibration& calibration) { return calibration.floor < 0.5 * calibration.chosen.mean; }

}  // namespace nudge
