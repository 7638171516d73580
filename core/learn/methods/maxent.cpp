// Maximum-entropy inverse reinforcement learning from nothing (Ziebart et al. 2008): θ is the whole reward, and the policy
// starts untrained. MEReQ's code with the prior dropped from the objective.
#include "core/learn/method.h"

namespace nudge::method {

namespace {

Result<MereqResult> learnMaxEnt(const MereqInput& input, const MereqSettings& settings, const ProgressCallback& progress) {
  MereqSettings maxent = settings;
  maxent.omegaPrime = 0.0;
  maxent.learningRate = settings.untrainedRate;
  maxent.rateHalvedAfter = 0.0;
  maxent.roundSteps = 0;
  maxent.baseTaskTolerance = 1.0;
  return mereqUpdate(input, maxent, progress);
}

}  // namespace

extern const Method maxent{
    3,
    {"maxent", "MaxEnt", "Infers all that you want, from nothing, and trains an untrained policy for it.", true, true, true},
    learnMaxEnt};

}  // namespace nudge::method
