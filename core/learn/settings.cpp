#include "core/learn/settings.h"

#include <cmath>
#include <sstream>

namespace nudge {

const std::vector<SettingInfo>& settingsTable() {
  using S = MereqSettings;
  constexpr double kMany = 1e6;
  static const std::vector<SettingInfo> table{
      {"good_weight", "κ_good: a good step beside an expert step; 1 in the paper, where learning then stops half way", &S::goodWeight, 0, 10},
      {"l2", "pull of θ to 0: keeps it from features that nobody asked for", &S::l2, 0, 10},
      {"theta_rate", "η: step along the gradient", &S::thetaRate, 0, 100},
      {"theta_steps", "inference steps an update; each sees the policy that the one before left", &S::thetaSteps, 1, 100},
      {"updates_per_theta_step", "updates of the policy after each", &S::updatesPerThetaStep, 1, kMany},
      {"imagined_steps", "at most so many expert, and good, steps are imagined again: time", &S::imaginedSteps, 1, kMany},
      {"imagined_episodes", "whole episodes of the base-task check", &S::imaginedEpisodes, 1, kMany},
      {"min_expert_steps", "with fewer in the newest round θ rests: they may be an accident", &S::minExpertSteps, 0, kMany},
      {"alpha_hat", "α̂: temperature of the new policy", &S::alphaHat, 1e-4, 10},
      {"omega_prime", "ω': trust in the prior; above α̂ it holds the base task", &S::omegaPrime, 0, 10},
      {"learning_rate", "of actor and critics", &S::learningRate, 1e-7, 1},
      {"batch", "transitions an update", &S::batch, 1, kMany},
      {"discount", "γ", &S::discount, 0, 1},
      {"target_rate", "how far the target networks follow at an update", &S::targetRate, 0, 1},
      {"actor_average", "weight of the newest actor in the average that is kept", &S::actorAverage, 0, 1},
      {"base_task_tolerance", "success on imagined episodes that an update may cost", &S::baseTaskTolerance, 0, 1},
  };
  return table;
}

double valueOf(const MereqSettings& settings, const SettingInfo& setting) {
  return std::visit([&](auto field) { return static_cast<double>(settings.*field); }, setting.field);
}

Status set(MereqSettings& settings, const std::string& assignment) {
  const auto refuse = [](const std::string& why) { return Error{ErrorCode::InvalidInput, why}; };
  const auto equals = assignment.find('=');
  const std::string name = assignment.substr(0, equals);
  std::string known;
  for (const SettingInfo& setting : settingsTable()) {
    known += (known.empty() ? "" : ", ") + setting.name;
    if (setting.name != name) continue;
    if (equals == std::string::npos) return refuse("'" + name + "' wants a value, as in " + name + "=1");
    std::istringstream text(assignment.substr(equals + 1));
    text.imbue(std::locale::classic());
    double value = 0.0;
    const bool whole = std::holds_alternative<int MereqSettings::*>(setting.field);
    if (!(text >> value) || !text.eof() || !(value >= setting.low && value <= setting.high) ||
        (whole && value != std::floor(value))) {
      std::ostringstream range;
      range << "'" << name << "' wants a " << (whole ? "whole " : "") << "number from " << setting.low << " to " << setting.high;
      return refuse(range.str());
    }
    if (whole) settings.*std::get<int MereqSettings::*>(setting.field) = static_cast<int>(value);
    else settings.*std::get<double MereqSettings::*>(setting.field) = value;
    return {};
  }
  return refuse("there is no setting '" + name + "'; there are " + known);
}

}  // namespace nudge
