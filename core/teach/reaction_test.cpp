#include "core/teach/reaction_test.h"

#include <algorithm>
#include <cmath>

namespace nudge {
namespace {

constexpr double kShortestWait_s = 1.5, kLongestWait_s = 3.5;

/// Sorted values, share 0 … 1, between neighbours as they lie.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(std::floor(at)), high = static_cast<std::size_t>(std::ceil(at));
  return sorted[low] + (at - std::floor(at)) * (sorted[high] - sorted[low]);
}

}  // namespace

ReactionTest::ReactionTest(std::uint64_t seed, double begin_s) : random_(seed), begin_s_(begin_s) { goOn(begin_s); }

/// The dot is on its line from here on. Waiting times are uniform, so that the next moment cannot be counted out.
void ReactionTest::goOn(double from_s) {
  leaves_s_ = from_s + random_.uniform(kShortestWait_s, kLongestWait_s);
  side_ = random_.uniform() < 0.5 ? -1 : 1;
}

double ReactionTest::away_s(double now_s) const { return std::max(0.0, now_s - leaves_s_); }

void ReactionTest::look(double now_s) {
  while (now_s - leaves_s_ > kSlowest_s) {
    const double back_s = leaves_s_ + kSlowest_s;
    if (back_s - begin_s_ < kTime_s) ++missed_;
    goOn(back_s);
  }
}

void ReactionTest::press(double now_s) {
  look(now_s);
  if (done(now_s)) return;
  const double time_s = now_s - leaves_s_;
  if (time_s < kFastest_s) ++early_;
  else times_s_.push_back(time_s);
  goOn(now_s);
}

Result<ReactionTime> ReactionTest::result() const {
  if (answers() < kFewestAnswers)
    return Error{ErrorCode::InvalidInput, "Too few answers to tell: " + std::to_string(answers()) + " of at least " +
                                              std::to_string(kFewestAnswers) + ". Nothing was changed; try again."};
  if (early_ + missed_ > answers())
    return Error{ErrorCode::InvalidInput,
                 "More answers were too early or missing than right. Nothing was changed; try again, and wait until "
                 "the dot has left its line."};
  std::vector<double> sorted = times_s_;
  std::sort(sorted.begin(), sorted.end());
  return ReactionTime{quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75), answers(), early_, missed_};
}

}  // namespace nudge
