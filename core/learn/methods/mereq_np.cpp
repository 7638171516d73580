// MEReQ without pseudo-experts: what the teacher let pass says nothing.
#include "core/learn/method.h"

namespace nudge::method {

namespace {

Result<MereqResult> learnNp(const MereqInput& input, const MereqSettings& settings, const ProgressCallback& progress) {
  MereqSettings np = settings;
  np.goodWeight = 0.0;
  return mereqUpdate(input, np, progress);
}

}  // namespace

extern const Method mereq_np{
    2,
    {"mereq-np", "MEReQ-NP", "As MEReQ, but learns from your own steps alone, not from what you let pass."},
    learnNp};

}  // namespace nudge::method
