// A lesson whose prior has random weights: everything but skill.
#pragma once

#include <string>

#include "core/policy/policy.h"
#include "tests/core/policy/random_policy.h"
#include "ui/model/lesson.h"

namespace nudge::test {

/// Creates the file with a claim-free store; errors end the test program.
inline void makeUntaughtLesson(const QString& path, bool broken = false, const std::string& task = "bottle") {
  auto world = makeTask(task);
  if (!world) qFatal("%s", world.error().message.c_str());
  const TaskSpec& spec = (*world)->spec();
  Policy prior = randomPolicy(int(spec.observation.size()), int(spec.action.size()), 16, 5);
  if (!spec.discreteActions.empty()) {
    Random random(5);
    const Mlp q = randomMlp({int(spec.observation.size()), 16, int(spec.discreteActions.size())}, random);
    prior = {};
    prior.actor = CategoricalPolicy::create({{q, 1.0f}}).value();
  }
  prior.info = {{"task", task}, {"kind", "prior"}};
  auto bytes = serializePolicy(prior);
  if (broken) bytes.resize(bytes.size() / 2);
  auto store = Store::create(path.toStdString(), describeLesson(**world, 3), bytes);
  if (!store) qFatal("%s", store.error().message.c_str());
}

}  // namespace nudge::test
