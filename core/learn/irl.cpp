#include "core/learn/irl.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace nudge {

namespace {

std::vector<double> meanFeatures(const LessonEpisode& episode, const Segment& segment) {
  std::vector<double> mean(episode.steps[static_cast<std::size_t>(segment.begin)].features.size());
  for (int i = segment.begin; i < segment.end; ++i) {
    const auto& features = episode.steps[static_cast<std::size_t>(i)].features;
    for (std::size_t f = 0; f < mean.size(); ++f) mean[f] += features[f] / (segment.end - segment.begin);
  }
  return mean;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

/// 97.5 % point of Student's t, to about 1 % (Abramowitz and Stegun 26.7.5).
double studentT(double freedom) {
  if (freedom < 1.5) return 12.71;
  if (freedom < 2.5) return 4.30;
  const double z = 1.96;
  return z + (z * z * z + z) / (4 * freedom) +
         (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * freedom * freedom);
}

struct Unit {
  double weight = 0.0;
  std::vector<double> sum;
};

/// Weighted mean of one feature's per-episode differences, outliers pulled in, with its interval.
std::pair<double, double> robustMean(std::vector<double> values, const std::vector<double>& weights) {
  const double centre = median(values);
  std::vector<double> apart;
  for (const double v : values) apart.push_back(std::abs(v - centre));
  // 1.4826 MAD estimates σ; the floor keeps equal episodes from making everything an outlier.
  const double reach = 3.0 * std::max(1.4826 * median(apart), 0.01);
  double total = 0.0, mean = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::clamp(values[i], centre - reach, centre + reach);
    total += weights[i];
    mean += weights[i] * values[i];
    squares += weights[i] * weights[i];
  }
  mean /= total;
  double variance = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    variance += weights[i] * weights[i] * (values[i] - mean) * (values[i] - mean);
  }
  const double effective = total * total / squares;  // as many equally weighted episodes say as much
  if (effective < 1.5) return {mean, std::numeric_limits<double>::infinity()};
  variance *= effective / (effective - 1.0) / (total * total);
  return {mean, studentT(effective - 1.0) * std::sqrt(variance)};
}

}  // namespace

std::vector<Demonstration> demonstrations(std::span<const LessonEpisode> lesson, const MereqSettings& settings) {
  int newest = 0;
  for (const LessonEpisode& episode : lesson) newest = std::max(newest, episode.round);
  std::vector<Demonstration> result;
  int budget[2] = {settings.imaginedSteps, settings.imaginedSteps};
  for (auto episode = lesson.rbegin(); episode != lesson.rend(); ++episode) {
    for (auto segment = episode->segments.rbegin(); segment != episode->segments.rend(); ++segment) {
      const bool expert = segment->verdict == Verdict::Expert;
      const bool good = segment->verdict == Verdict::Good && episode->round == newest && settings.goodWeight > 0.0;
      const int steps = segment->end - segment->begin;
      if ((!expert && !good) || steps < 1 || budget[good] < steps) continue;
      budget[good] -= steps;
      result.push_back({&episode->steps[static_cast<std::size_t>(segment->begin)].state, steps,
                        expert ? 1.0 : settings.goodWeight, episode->number, meanFeatures(*episode, *segment)});
    }
  }
  return result;
}

Gradient pairedGradient(std::span<const Demonstration> demos, std::span<const std::vector<double>> differences) {
  const std::size_t features = demos.empty() ? 0 : demos.front().features.size();
  std::map<std::int64_t, Unit> units;
  Gradient gradient;
  gradient.demonstrated.resize(features);
  double total = 0.0;
  for (std::size_t i = 0; i < demos.size(); ++i) {
    Unit& unit = units[demos[i].episode];
    const double weight = demos[i].weight * demos[i].steps;
    unit.sum.resize(features);
    unit.weight += weight;
    total += weight;
    for (std::size_t f = 0; f < features; ++f) {
      unit.sum[f] += weight * differences[i][f];
      gradient.demonstrated[f] += weight * demos[i].features[f];
    }
  }
  for (std::size_t f = 0; f < features; ++f) {
    std::vector<double> values, weights;
    for (const auto& [episode, unit] : units) {
      values.push_back(unit.sum[f] / unit.weight);
      weights.push_back(unit.weight);
    }
    const auto [mean, halfWidth] = robustMean(std::move(values), weights);
    gradient.value.push_back(mean);
    gradient.halfWidth.push_back(halfWidth);
    gradient.demonstrated[f] /= total;
    gradient.imagined.push_back(gradient.demonstrated[f] - mean);
  }
  return gradient;
}

bool moveTheta(std::span<double> theta, const Gradient& gradient, double rate, double l2) {
  bool moved = false;
  for (std::size_t f = 0; f < theta.size(); ++f) {
    const double step = gradient.value[f] - l2 * theta[f];
    if (std::abs(step) <= gradient.halfWidth[f]) continue;
    theta[f] += rate * step;
    moved = true;
  }
  return moved;
}

Result<Rollout> imagine(Task& task, GaussianPolicy& policy, std::span<const double> state, int steps, Random& random,
                        const std::function<void(const Transition&)>& seen) {
  if (auto restored = task.restore(state); !restored) return restored.error();
  std::vector<float> here(static_cast<std::size_t>(task.observationSize())), next(here);
  std::vector<float> action(static_cast<std::size_t>(task.actionSize()));
  std::vector<float> features(static_cast<std::size_t>(task.featureCount()));
  Rollout rollout;
  rollout.features.resize(features.size());
  task.observe(here);
  while (rollout.steps < steps) {
    policy.sample(here, random, action);
    const StepOutcome outcome = task.step(action);
    rollout.diverged = outcome.diverged;
    if (outcome.diverged) break;
    task.observe(next);
    task.features(features);
    seen({here, action, features, next, outcome.terminated});
    for (std::size_t f = 0; f < features.size(); ++f) rollout.features[f] += features[f];
    ++rollout.steps;
    here = next;
    if (outcome.terminated) break;
  }
  for (double& f : rollout.features) f /= std::max(1, rollout.steps);
  rollout.success = !rollout.diverged && task.status().success;
  return rollout;
}

}  // namespace nudge
