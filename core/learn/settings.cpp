#include "core/learn/settings.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <optional>
#include <sstream>

namespace nudge {

const std::vector<SettingInfo>& settingsTable() {
  using S = MereqSettings;
  constexpr double kMany = 1e6;
  static const std::vector<SettingInfo> table{
      {"good_weight", "κ_good: a good step beside an expert step; 1 in the paper, where learning then stops half way", &S::goodWeight, 0, 10},
      {"slip_share", "more slips of the hand than this share of the expert steps do not count; fewer are left alone, 1: all count", &S::slipShare, 0, 1},
      {"memory", "an expert step beside one of the next round that was taught; 1: all rounds count in full, 0: the newest only", &S::memory, 0, 1},
      {"l2", "pull of θ to 0 by moments: keeps it from features that nobody asked for", &S::l2, 0, 10},
      {"likelihood_l2", "the same by likelihood, where it also keeps θ from overshooting", &S::likelihoodL2, 0, 10},
      {"l1", "constant pull of θ to 0 by moments: what is hardly spoken of stays at exactly 0", &S::l1, 0, 10},
      {"likelihood_l1", "the same by likelihood", &S::likelihoodL1, 0, 10},
      {"confidence", "θ moves only outside of this interval of its gradient", &S::confidence, 0, 1},
      {"theta_rate", "η: step along the gradient of moments; shorter where the policy follows θ readily", &S::thetaRate, 0, 100},
      {"theta_steps", "inference steps an update; each sees the policy that the one before left", &S::thetaSteps, 1, 100},
      {"updates_per_theta_step", "updates of the policy after each, for a newest round of up to round_steps", &S::updatesPerThetaStep, 1, kMany},
      {"round_steps", "a newest round of n times as many steps is learned from with n times the updates, four at most, at a rate that falls sooner; 0: never", &S::roundSteps, 0, kMany},
      {"imagined_steps", "at most so many expert, and good, steps are imagined again: time", &S::imaginedSteps, 1, kMany},
      {"imagined_episodes", "whole episodes of the base-task check", &S::imaginedEpisodes, 1, kMany},
      {"theta_cap", "no weight moves further in one update: an accident stays small", &S::thetaCap, 0, 100},
      {"gradient", "what θ follows: means of features, or the likelihood of the teacher's actions", &S::gradient, 0, 1, {"moments", "likelihood"}},
      {"imagine_from", "where imagination starts: where the demonstrated segments did, or with their episodes", &S::imagineFrom, 0, 1, {"segments", "episodes"}},
      {"policy_noise", "discounted: θ moves only where the policy without its noise differs from the teacher too", &S::policyNoise, 0, 1, {"counted", "discounted"}},
      {"foresight_updates", "updates ahead of the first where the prior does not know yet what its actions lead to (prepare-prior)", &S::foresightUpdates, 0, kMany},
      {"bad_window_s", "reaction time that automatic marks are cut anew with; below 0 they stay as they are", &S::badWindow_s, -1, 60},
      {"successor_updates", "for choices: updates of the successor features before each inference step by likelihood", &S::successorUpdates, 1, kMany},
      {"min_expert_steps", "with fewer since θ moved last it rests: they may be an accident", &S::minExpertSteps, 0, kMany},
      {"alpha_hat", "α̂: temperature of the new policy", &S::alphaHat, 1e-4, 10},
      {"omega_prime", "ω': trust in the prior, which holds the base task; above α̂ the policy becomes surer than its prior", &S::omegaPrime, 0, 10},
      {"learning_rate", "of actor and critics in residual learning, at first", &S::learningRate, 1e-7, 1},
      {"rate_halved_after", "residual updates of a policy after which it is half as large, so that long learning loses nothing; 0: it stays", &S::rateHalvedAfter, 0, kMany},
      {"fine_tuning_rate", "learning rate of methods that train the prior's own networks on: maxent-ft, hg-dagger-ft, iwr-ft", &S::fineTuningRate, 1e-7, 1},
      {"untrained_rate", "learning rate of methods that start from an untrained policy: maxent, bc", &S::untrainedRate, 1e-7, 1},
      {"batch", "transitions an update", &S::batch, 1, kMany},
      {"discount", "γ", &S::discount, 0, 1},
      {"target_rate", "how far the target networks follow at an update", &S::targetRate, 0, 1},
      {"actor_average", "weight of the newest actor in the average that is kept", &S::actorAverage, 0, 1},
      {"base_task_tolerance", "success on imagined episodes that an update may cost, and one standard error of so few besides; 1: no check", &S::baseTaskTolerance, 0, 1},
  };
  return table;
}

double valueOf(const MereqSettings& settings, const SettingInfo& setting) {
  return std::visit([&](auto field) { return static_cast<double>(settings.*field); }, setting.field);
}

std::string textOf(const MereqSettings& settings, const SettingInfo& setting) {
  const double value = valueOf(settings, setting);
  if (!setting.choices.empty()) return setting.choices[static_cast<std::size_t>(value)];
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::setprecision(17) << value;
  return text.str();
}

namespace {

/// The number that a text stands for, or nothing.
std::optional<double> parse(const SettingInfo& setting, const std::string& text) {
  const auto choice = std::find(setting.choices.begin(), setting.choices.end(), text);
  if (choice != setting.choices.end()) return static_cast<double>(choice - setting.choices.begin());
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  double value = 0.0;
  const bool whole = !std::holds_alternative<double MereqSettings::*>(setting.field);
  if (!setting.choices.empty() || !(stream >> value) || !stream.eof() || !(value >= setting.low && value <= setting.high) ||
      (whole && value != std::floor(value))) {
    return std::nullopt;
  }
  return value;
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

std::string wanted(const SettingInfo& setting) {
  if (!setting.choices.empty()) return "'" + setting.name + "' is one of " + joined(setting.choices);
  std::ostringstream text;
  text << "'" << setting.name << "' wants a " << (std::holds_alternative<int MereqSettings::*>(setting.field) ? "whole " : "")
       << "number from " << setting.low << " to " << setting.high;
  return text.str();
}

}  // namespace

Status set(MereqSettings& settings, const std::string& assignment) {
  const auto equals = assignment.find('=');
  const std::string name = assignment.substr(0, equals);
  std::vector<std::string> known;
  for (const SettingInfo& setting : settingsTable()) {
    known.push_back(setting.name);
    if (setting.name != name) continue;
    const auto value = equals == std::string::npos ? std::nullopt : parse(setting, assignment.substr(equals + 1));
    if (!value) return Error{ErrorCode::InvalidInput, wanted(setting)};
    std::visit([&]<typename T>(T MereqSettings::*field) { settings.*field = static_cast<T>(*value); }, setting.field);
    return {};
  }
  return Error{ErrorCode::InvalidInput, "there is no setting '" + name + "'; there are " + joined(known)};
}

}  // namespace nudge
