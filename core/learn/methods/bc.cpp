// Behaviour cloning: an untrained policy imitates the teacher's steps, all of them anew at every update.
#include "core/learn/imitation.h"
#include "core/learn/method.h"

namespace nudge::method {

namespace {

Result<MereqResult> learnBc(const MereqInput& input, const MereqSettings& settings, const ProgressCallback& progress) {
  auto start = startingPolicy("bc", input.prior, settings.seed);
  if (!start) return start.error();
  return imitationUpdate(input, settings, progress, *start, settings.untrainedRate,
                         [](const MereqInput& lesson) { return std::vector{ImitationPool{expertSteps(lesson), 1.0}}; });
}

}  // namespace

extern const Method bc{
    6,
    {"bc", "BC", "Imitates your steps from nothing, without what the robot could do before.", false, true},
    learnBc};

}  // namespace nudge::method
