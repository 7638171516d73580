// HG-DAgger (Kelly et al. 2019) from the prior on: the policy is tuned further to the teacher's steps of all rounds.
#include "core/learn/imitation.h"
#include "core/learn/method.h"

namespace nudge::method {

namespace {

Result<MereqResult> learnHgDagger(const MereqInput& input, const MereqSettings& settings,
                                  const ProgressCallback& progress) {
  return imitationUpdate(input, settings, progress, input.current, settings.fineTuningRate,
                         [](const MereqInput& lesson) { return std::vector{ImitationPool{expertSteps(lesson), 1.0}}; });
}

}  // namespace

extern const Method hg_dagger_ft{
    7, {"hg-dagger-ft", "HG-DAgger-FT", "Tunes the robot's policy to your steps.", false, false}, learnHgDagger};

}  // namespace nudge::method
