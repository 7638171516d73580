// Lessons along the walk of tabular.h, taught by a teacher whose reward is known.
#pragma once

#include <QByteArray>
#include <memory>
#include <utility>

#include "core/learn/mereq.h"
#include "tests/support/driven_episode.h"
#include "tests/support/tabular.h"

namespace nudge::test {

constexpr double kWalkAlpha = 0.1;
inline const std::vector<double> kWalkTruth{-0.5, 0.0};

inline QByteArray text(const std::vector<double>& theta) {
  QByteArray all;
  for (const double t : theta) all += QByteArray::number(t, 'f', 3) + ' ';
  return all;
}

inline Policy policyOf(const Table& logPi) {
  Policy policy;
  policy.actor = tabularPolicy(logPi);
  return policy;
}

/// Soft optimal for these weights of the walk's features.
inline Policy walker(const std::vector<double>& weights) {
  const Mdp mdp = WalkTask::mdp(0.8);
  return policyOf(logPolicy(softQ(mdp, mdp.reward(weights), mdp.table(), kWalkAlpha), mdp.table(), kWalkAlpha));
}

inline MereqSettings walkSettings(GradientKind gradient) {
  MereqSettings settings = defaultsFor(WalkTask().spec());
  settings.alphaHat = settings.omegaPrime = kWalkAlpha;
  settings.gradient = gradient;
  settings.goodWeight = 0.0;
  settings.thetaRate = 0.3;  // features here follow θ far more than an arm does
  settings.l2 = 0.01;
  settings.updatesPerThetaStep = 300;
  settings.batch = 64;
  settings.baseTaskTolerance = 1.0;  // there is no base task to check
  return settings;
}

/// Episodes in which the teacher, soft optimal for prior weights + θ, drives all steps; the last `opposite` of them with
/// −θ. Nobody drives but the prior when `taught` is false.
inline std::vector<LessonEpisode> walks(int count, int round, bool taught, int opposite = 0) {
  WalkTask task;
  std::vector<LessonEpisode> lesson;
  for (int e = 0; e < count; ++e) {
    const double sign = !taught ? 0.0 : e >= count - opposite ? -1.0 : 1.0;
    Actor driver = walker({0.2 + sign * kWalkTruth[0], -0.1 + sign * kWalkTruth[1]}).actor;
    const int number = 100 * round + e;
    const std::uint64_t seed = deriveSeed(7, static_cast<std::uint64_t>(number));
    task.reset(seed);
    Random random(seed);
    lesson.push_back(drivenEpisode(task, driver, taught ? Driver::Teacher : Driver::Robot, random));
    lesson.back().number = number;
    lesson.back().round = round;
  }
  return lesson;
}

inline MereqInput walkInput(std::vector<LessonEpisode> lesson) {
  const Policy prior = walker({0.2, -0.1});
  return {"walk", prior, prior, {0.0, 0.0}, std::move(lesson)};
}

/// θ after some updates on the same lesson.
template <typename World = WalkTask>
std::vector<double> infer(MereqInput input, const MereqSettings& settings, int updates) {
  for (int i = 0; i < updates; ++i) {
    auto result = mereqUpdate(std::make_unique<World>(), input, settings, nullptr);
    if (!result) qFatal("%s", result.error().message.c_str());
    input.theta = result->theta;
    input.current = result->policy;
  }
  return input.theta;
}

}  // namespace nudge::test
