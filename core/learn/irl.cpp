#include "core/learn/irl.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

namespace nudge {

namespace {

/// 97.5 % point of Student's t, to about 1 % (Abramowitz and Stegun 26.7.5).
double studentT(double freedom) {
  if (freedom < 1.5) return 12.71;
  if (freedom < 2.5) return 4.30;
  const double z = 1.96;
  return z + (z * z * z + z) / (4 * freedom) +
         (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * freedom * freedom);
}

/// Values that belong together: those of an episode, or a single one.
struct Group {
  double weight = 0.0, mean = 0.0;
};
using Groups = std::map<std::int64_t, Group>;

Groups byEpisode(std::span<const Difference> differences, const std::vector<double>& values) {
  Groups groups;
  for (std::size_t i = 0; i < values.size(); ++i) {
    Group& group = groups[differences[i].episode];
    group.weight += differences[i].weight;
    group.mean += (values[i] - group.mean) * differences[i].weight / group.weight;
  }
  return groups;
}

Groups oneByOne(std::span<const Difference> differences, const std::vector<double>& values) {
  Groups groups;
  for (std::size_t i = 0; i < values.size(); ++i) groups[static_cast<std::int64_t>(i)] = {differences[i].weight, values[i]};
  return groups;
}

double weightOf(const Groups& groups) {
  return std::accumulate(groups.begin(), groups.end(), 0.0, [](double sum, const auto& g) { return sum + g.second.weight; });
}

/// As many groups of equal weight say as much.
double effective(const Groups& groups) {
  double squares = 0.0;
  for (const auto& [key, group] : groups) squares += group.weight * group.weight;
  return std::pow(weightOf(groups), 2) / squares;
}

/// The value that half of the weight lies on either side of.
double median(const Groups& groups) {
  std::vector<Group> ordered;
  for (const auto& [key, group] : groups) ordered.push_back(group);
  std::sort(ordered.begin(), ordered.end(), [](const Group& a, const Group& b) { return a.mean < b.mean; });
  const double half = 0.5 * weightOf(groups);
  double below = 0.0;
  for (const Group& group : ordered) {
    below += group.weight;
    if (below >= half) return group.mean;
  }
  return ordered.back().mean;
}

constexpr double kEnoughEpisodes = 3.0;
constexpr double kOrdinary = 0.1;  ///< episodes that differ so much are no wonder; of features, which lie in [0, 1]

/// Whole episodes pulled to within three standard deviations of their median, where there are enough of them to tell.
/// 1.4826 MAD estimates the deviation; its floor keeps many equal episodes from making all others odd. Not single
/// seconds: in most of them nothing differs, and those few in which all of the correction happens would count as odd.
void pullOddEpisodesIn(std::vector<double>& values, std::span<const Difference> differences) {
  const Groups episodes = byEpisode(differences, values);
  if (effective(episodes) < kEnoughEpisodes) return;
  const double centre = median(episodes);
  Groups apart = episodes;
  for (auto& [episode, group] : apart) group.mean = std::abs(group.mean - centre);
  const double reach = 3.0 * std::max(1.4826 * median(apart), kOrdinary);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double mean = episodes.at(differences[i].episode).mean;
    values[i] += std::clamp(mean, centre - reach, centre + reach) - mean;
  }
}

/// Half width of the 95 % interval of a weighted mean whose values come in groups: episodes, or, where one or two of them
/// hold nearly all that was demonstrated, the single differences.
double halfWidth(std::span<const Difference> differences, const std::vector<double>& values, double mean) {
  Groups groups = byEpisode(differences, values);
  if (effective(groups) < kEnoughEpisodes) groups = oneByOne(differences, values);
  const double n = effective(groups);
  if (n < 1.5) return std::numeric_limits<double>::infinity();
  double variance = 0.0;
  for (const auto& [key, group] : groups) variance += std::pow(group.weight * (group.mean - mean), 2);
  return studentT(n - 1.0) * std::sqrt(variance * n / (n - 1.0)) / weightOf(groups);
}

constexpr int kDifferenceSteps = 20;

/// A step of some weight into the running mean of its second.
void addToSecond(std::vector<Difference>& seconds, bool starts, std::int64_t episode, double weight,
                 const std::vector<double>& demonstrated, const std::vector<double>& imagined) {
  if (starts) seconds.push_back({episode, 0.0, std::vector<double>(demonstrated.size()), std::vector<double>(demonstrated.size())});
  Difference& second = seconds.back();
  second.weight += weight;
  for (std::size_t f = 0; f < demonstrated.size(); ++f) {
    second.demonstrated[f] += (demonstrated[f] - second.demonstrated[f]) * weight / second.weight;
    second.imagined[f] += (imagined[f] - second.imagined[f]) * weight / second.weight;
  }
}

}  // namespace

std::vector<Demonstration> demonstrations(std::span<const LessonEpisode> lesson, const MereqSettings& settings) {
  int newest = 0;
  for (const LessonEpisode& episode : lesson) newest = std::max(newest, episode.round);
  std::vector<Demonstration> result;
  int budget[2] = {settings.imaginedSteps, settings.imaginedSteps};
  std::optional<int> taught;  // the round of the expert segments so far
  double expertWeight = 1.0;
  for (auto episode = lesson.rbegin(); episode != lesson.rend(); ++episode) {
    for (auto segment = episode->segments.rbegin(); segment != episode->segments.rend(); ++segment) {
      const bool expert = segment->verdict == Verdict::Expert;
      const bool good = segment->verdict == Verdict::Good && episode->round == newest;
      if (expert) {
        if (taught.value_or(episode->round) != episode->round) expertWeight *= settings.memory;
        taught = episode->round;
      }
      const double weight = expert ? expertWeight : good ? settings.goodWeight : 0.0;
      const int steps = std::min(segment->end - segment->begin, settings.imaginedSteps);  // the beginning of a very long one
      if (weight == 0.0 || steps < 1 || budget[good] < steps) continue;
      budget[good] -= steps;
      result.push_back({&*episode, segment->begin, segment->begin + steps, expert, weight});
    }
  }
  return result;
}

Gradient pairedGradient(std::span<const Difference> differences) {
  Gradient gradient;
  if (differences.empty()) return gradient;
  double total = 0.0;
  for (const Difference& d : differences) total += d.weight;
  for (std::size_t f = 0; f < differences.front().demonstrated.size(); ++f) {
    std::vector<double> values;
    double demonstrated = 0.0, imagined = 0.0, mean = 0.0;
    for (const Difference& d : differences) {
      values.push_back(d.demonstrated[f] - d.imagined[f]);
      demonstrated += d.weight * d.demonstrated[f] / total;
      imagined += d.weight * d.imagined[f] / total;
    }
    pullOddEpisodesIn(values, differences);
    for (std::size_t i = 0; i < values.size(); ++i) mean += differences[i].weight * values[i] / total;
    gradient.value.push_back(mean);
    gradient.halfWidth.push_back(halfWidth(differences, values, mean));
    gradient.demonstrated.push_back(demonstrated);
    gradient.imagined.push_back(imagined);
  }
  return gradient;
}

Gradient agreed(Gradient sampled, const Gradient& noiseless) {
  if (noiseless.value.empty()) return sampled;  // nothing could be imagined
  for (std::size_t f = 0; f < sampled.value.size(); ++f) {
    if (sampled.value[f] * noiseless.value[f] <= 0.0) {
      sampled.value[f] = 0.0;
    } else if (std::abs(noiseless.value[f]) < std::abs(sampled.value[f])) {
      sampled.value[f] = noiseless.value[f];
      sampled.halfWidth[f] = noiseless.halfWidth[f];
    }
  }
  return sampled;
}

Gradient believed(Gradient gradient, double confidence) {
  if (confidence == 0.95) return gradient;
  // The normal quantile of (1 + confidence)/2, to 4.5e-4 (Abramowitz and Stegun 26.2.23).
  const double t = std::sqrt(-2.0 * std::log(std::max(0.5 * (1.0 - confidence), 1e-12)));
  const double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (double& h : gradient.halfWidth) h *= std::max(0.0, z) / 1.96;
  return gradient;
}

namespace {

/// An expert segment beside what the policy would have done at every step of it.
struct Contrasted {
  const Demonstration* demo = nullptr;
  std::vector<ActionContrast> steps;
};

/// Good segments are left out: they are the robot's own choices.
std::vector<Contrasted> contrasted(std::span<const Demonstration> demos, SuccessorFeatures& psi, const Actor& policy) {
  std::vector<Contrasted> segments;
  for (const Demonstration& demo : demos) {
    if (!demo.expert) continue;
    std::vector<float> observation, action;
    for (int i = demo.begin; i < demo.end; ++i) {
      const Step& step = demo.episode->steps[static_cast<std::size_t>(i)];
      observation.insert(observation.end(), step.observation.begin(), step.observation.end());
      action.insert(action.end(), step.action.begin(), step.action.end());
    }
    segments.push_back({&demo, psi.contrast(observation, action, policy)});
  }
  return segments;
}

/// The mean of Cov_{a~π̂}[ψ(s,a)] over all steps, divided.
std::vector<double> meanSpread(const std::vector<Contrasted>& segments, double divisor) {
  std::vector<double> mean;
  double count = 0.0;
  for (const Contrasted& segment : segments) {
    int step = segment.demo->begin;
    for (const ActionContrast& contrast : segment.steps) {
      const double weight = segment.demo->meantAt(step++);
      mean.resize(contrast.spread.size());
      count += weight;
      for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += (contrast.spread[k] - mean[k]) * weight / count;
    }
  }
  for (double& v : mean) v /= divisor;
  return mean;
}

}  // namespace

std::vector<double> response(std::span<const Demonstration> demos, SuccessorFeatures& psi, const Actor& policy,
                             const MereqSettings& settings) {
  const double unit = 1.0 - settings.discount;
  return meanSpread(contrasted(demos, psi, policy), unit * unit * settings.alphaHat);
}

Gradient likelihoodGradient(std::span<const Demonstration> demos, SuccessorFeatures& psi, const Actor& policy,
                            const MereqSettings& settings) {
  const std::vector<Contrasted> segments = contrasted(demos, psi, policy);
  std::vector<Difference> sampled, noiseless;
  for (const Contrasted& segment : segments) {
    const std::int64_t episode = segment.demo->episode->number;
    int step = segment.demo->begin;
    for (const ActionContrast& contrast : segment.steps) {
      const bool starts = (step - segment.demo->begin) % kDifferenceSteps == 0;
      const double weight = segment.demo->meantAt(step++);
      addToSecond(sampled, starts, episode, weight, contrast.taken, contrast.expected);
      if (!contrast.mode.empty()) addToSecond(noiseless, starts, episode, weight, contrast.taken, contrast.mode);
    }
  }
  Gradient gradient = pairedGradient(sampled);
  if (settings.policyNoise == PolicyNoise::Discounted && !noiseless.empty()) {
    gradient = agreed(std::move(gradient), pairedGradient(noiseless));
  }
  // −∂²/∂θ² of the log-likelihood is Cov[ψ]/((1−γ) α̂)², while ψ and the policy stand still.
  gradient.curvature = meanSpread(segments, (1.0 - settings.discount) * settings.alphaHat);
  return gradient;
}

bool moveTheta(std::span<double> theta, const Gradient& gradient, const Stride& stride, const Pull& pull) {
  std::vector<double> ascent(gradient.value.size());
  std::vector<std::size_t> free;
  for (std::size_t f = 0; f < ascent.size(); ++f) {
    const double smooth = gradient.value[f] - pull.l2 * theta[f];
    if (theta[f] != 0.0) ascent[f] = smooth - std::copysign(pull.l1, theta[f]);
    else ascent[f] = smooth - std::clamp(smooth, -pull.l1, pull.l1);
    if (std::abs(ascent[f]) > gradient.halfWidth[f]) free.push_back(f);
  }
  if (free.empty()) return false;
  const auto count = static_cast<Eigen::Index>(free.size());
  Eigen::VectorXd step(count);
  Eigen::MatrixXd curvature = (pull.l2 + 1e-9) * Eigen::MatrixXd::Identity(count, count);
  for (std::size_t i = 0; i < free.size(); ++i) {
    step(static_cast<Eigen::Index>(i)) = ascent[free[i]];
    for (std::size_t j = 0; j < free.size() && !gradient.curvature.empty(); ++j) {
      curvature(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) +=
          gradient.curvature[free[i] * gradient.value.size() + free[j]];
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(curvature);
  const Eigen::VectorXd rates = axes.eigenvalues().unaryExpr([&](double lambda) { return stride.along(lambda); });
  step = axes.eigenvectors() * rates.cwiseProduct(axes.eigenvectors().transpose() * step);
  for (std::size_t i = 0; i < free.size(); ++i) {
    double& weight = theta[free[i]];
    const double moved = weight + step(static_cast<Eigen::Index>(i));
    weight = weight * moved < 0.0 ? 0.0 : moved;
  }
  return true;
}

Result<Rollout> imagine(Task& task, Actor& policy, std::span<const double> state, int steps, Random& random,
                        const std::function<void(const Transition&)>& seen, Draw draw) {
  if (auto restored = task.restore(state); !restored) return restored.error();
  std::vector<float> here(static_cast<std::size_t>(task.observationSize())), next(here);
  std::vector<float> action(static_cast<std::size_t>(task.actionSize()));
  std::vector<float> features(static_cast<std::size_t>(task.featureCount()));
  Rollout rollout;
  task.observe(here);
  while (rollout.steps < steps) {
    if (draw == Draw::Sample) policy.sample(here, random, action);
    else policy.mode(here, action);
    const StepOutcome outcome = task.step(action);
    rollout.diverged = outcome.diverged;
    if (outcome.diverged) break;
    task.observe(next);
    task.features(features);
    seen({here, action, features, next, outcome.terminated});
    ++rollout.steps;
    here = next;
    if (outcome.terminated) break;
  }
  rollout.success = !rollout.diverged && task.status().success;
  return rollout;
}

Status compare(Task& task, Actor& policy, const Demonstration& demo, Random& random,
               const std::function<void(const Transition&)>& seen, std::vector<Difference>& differences,
               Draw draw) {
  const auto& steps = demo.episode->steps;
  Difference second{demo.episode->number, 0.0, {}, {}};  // its sums, and as weight that of its steps
  int step = demo.begin;
  const auto close = [&](int count) {
    if (count == 0) return;
    for (std::size_t f = 0; f < second.demonstrated.size(); ++f) {
      second.demonstrated[f] /= second.weight;
      second.imagined[f] /= second.weight;
    }
    second.weight *= demo.weight;
    differences.push_back(second);
  };
  int count = 0;
  auto rollout = imagine(task, policy, steps[static_cast<std::size_t>(demo.begin)].state, demo.end - demo.begin, random,
                         [&](const Transition& t) {
    if (count == kDifferenceSteps && demo.end - step >= kDifferenceSteps / 2) {
      close(std::exchange(count, 0));
    }
    if (count == 0) {
      second.weight = 0.0;
      second.demonstrated.assign(t.features.size(), 0.0);
      second.imagined.assign(t.features.size(), 0.0);
    }
    const double meant = demo.meantAt(step);
    const auto& demonstrated = steps[static_cast<std::size_t>(step++)].features;
    second.weight += meant;
    for (std::size_t f = 0; f < t.features.size(); ++f) {
      second.demonstrated[f] += meant * demonstrated[f];
      second.imagined[f] += meant * t.features[f];
    }
    ++count;
    seen(t);
  }, draw);
  if (!rollout) return rollout.error();
  close(count);
  return {};
}

Status compareEpisode(Task& task, Actor& policy, std::span<const Demonstration> demos, Random& random,
                      const std::function<void(const Transition&)>& seen, std::vector<Difference>& differences,
                      Draw draw) {
  const LessonEpisode& episode = *demos.front().episode;
  const auto features = static_cast<std::size_t>(task.featureCount());
  Difference whole{episode.number, 0.0, std::vector<double>(features), std::vector<double>(features)};
  for (const Demonstration& demo : demos) {
    for (int i = demo.begin; i < demo.end; ++i) {
      const double weight = demo.weight * demo.meantAt(i);
      whole.weight += weight;
      const auto& f = episode.steps[static_cast<std::size_t>(i)].features;
      for (std::size_t k = 0; k < features; ++k) whole.demonstrated[k] += weight * f[k];
    }
  }
  int count = 0;
  auto rollout = imagine(task, policy, episode.steps.front().state, static_cast<int>(episode.steps.size()), random,
                         [&](const Transition& t) {
    ++count;
    for (std::size_t k = 0; k < features; ++k) whole.imagined[k] += t.features[k];
    seen(t);
  }, draw);
  if (!rollout) return rollout.error();
  if (count == 0) return {};
  for (std::size_t k = 0; k < features; ++k) {
    whole.demonstrated[k] /= whole.weight;
    whole.imagined[k] /= count;
  }
  differences.push_back(std::move(whole));
  return {};
}

}  // namespace nudge
