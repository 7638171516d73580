// How long a teacher takes from seeing the robot go wrong to the hand on the wheel, measured in a minute.
//
// A dot follows a line; at times nobody can foresee it leaves the line, slowly, to one side. The person answers as they
// take over. What is measured is all that lies between the world and the recorded take-over: seeing, deciding, the
// hand, the device, and the dwell after which a device counts as pushed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"

namespace nudge {

/// What the test came to.
struct ReactionTime {
  double median_s = 0.0;
  double quartile1_s = 0.0, quartile3_s = 0.0;
  int answers = 0;  ///< that count
  int early = 0;    ///< answers while the dot was on its line
  int missed = 0;   ///< the dot came back before an answer
  friend bool operator==(const ReactionTime&, const ReactionTime&) = default;
};

/// Plain value without a clock: times are monotonic, in s, and never go back.
class ReactionTest {
 public:
  static constexpr double kTime_s = 60.0;
  static constexpr double kFastest_s = 0.1;  ///< nobody sees and acts sooner: that was a guess
  static constexpr double kSlowest_s = 2.0;
  static constexpr int kFewestAnswers = 8;

  ReactionTest(std::uint64_t seed, double begin_s);

  /// Lets the time pass; press() does it too.
  void look(double now_s);
  /// The person answers.
  void press(double now_s);

  bool done(double now_s) const { return now_s - begin_s_ >= kTime_s; }
  double left_s(double now_s) const { return begin_s_ + kTime_s - now_s; }
  /// For how long the dot has been off its line, and on which side; 0 on it.
  double away_s(double now_s) const;
  int side() const { return side_; }  ///< −1 or 1
  int answers() const { return static_cast<int>(times_s_.size()); }
  int early() const { return early_; }

  /// InvalidInput when too few answers count, or more were guesses and misses than answers.
  Result<ReactionTime> result() const;

 private:
  void goOn(double from_s);

  Random random_;
  double begin_s_;
  double leaves_s_ = 0.0;  ///< when the dot leaves its line next, or did
  int side_ = 1;
  std::vector<double> times_s_;
  int early_ = 0, missed_ = 0;
};

}  // namespace nudge
