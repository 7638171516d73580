// Ours: MEReQ with the likelihood of the teacher's actions, through soft successor features, in place of moments. It asks
// what the teacher chose where the teacher acted, so it needs no comparison of states, and no pseudo-experts.
#include "core/learn/method.h"

namespace nudge::method {

namespace {

Result<MereqResult> learnNudge(const MereqInput& input, const MereqSettings& settings, const ProgressCallback& progress) {
  MereqSettings likelihood = settings;
  likelihood.gradient = GradientKind::Likelihood;
  return mereqUpdate(input, likelihood, progress);
}

}  // namespace

extern const Method nudge{
    5,
    {"nudge", "Nudge", "Infers what you want from the choices you made where you took over, and teaches only that."},
    learnNudge};

}  // namespace nudge::method
