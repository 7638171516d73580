// Intervention-weighted regression (Mandlekar et al. 2020) from the prior on: the teacher's steps and the robot's own
// make up half of every batch each, whatever their numbers.
#include "core/learn/imitation.h"
#include "core/learn/method.h"

namespace nudge::method {

namespace {

Result<MereqResult> learnIwr(const MereqInput& input, const MereqSettings& settings, const ProgressCallback& progress) {
  return imitationUpdate(input, settings, progress, input.current, settings.fineTuningRate, [](const MereqInput& lesson) {
    return std::vector{ImitationPool{expertSteps(lesson), 0.5}, ImitationPool{robotSteps(lesson), 0.5}};
  });
}

}  // namespace

extern const Method iwr_ft{
    8, {"iwr-ft", "IWR-FT", "Tunes the robot's policy to your steps and its own in equal parts.", false, false}, learnIwr};

}  // namespace nudge::method
