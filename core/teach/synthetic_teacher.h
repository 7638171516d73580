// The synthetic teacher: a policy trained on r + r_R that takes over when the robot is clearly worse.
//
// Gate (ours; the paper's rule is not published, mereq.md section 6): the advantage gap
// g = Q(s, a_teacher) − Q(s, a_robot), averaged over the teacher's critics, above τ_on for k steps takes
// the wheel; under τ_off < τ_on for m steps gives it back. It also takes over when the task fails
// (no progress toward the goal), which the gap alone does not see.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/policy/policy.h"

namespace nudge {

struct TeacherGate {
  double tauOn = 0.12;
  double tauOff = 0.10;
  int stepsOn = 10;   ///< k
  int stepsOff = 10;  ///< m
};

/// Noise of a person, each off at 0.
struct TeacherNoise {
  double delay_s = 0.0;   ///< what it sees of its own decision is this old
  double action = 0.0;    ///< share of random actions while driving
  double random = 0.0;    ///< chance a step of a needless take-over of about a second
};

class SyntheticTeacher {
 public:
  SyntheticTeacher(Policy teacher, const TeacherGate& gate, const TeacherNoise& noise, double controlRate_hz,
                   std::uint64_t seed);
  void startEpisode(std::uint64_t seed);
  /// Decides for one control step. proposal: the robot's action. Writes the teacher's action [action].
  /// Returns true while the teacher drives.
  bool decide(std::span<const float> observation, std::span<const float> proposal, std::span<float> action);
  double gap() const { return gap_; }  ///< latest advantage gap

 private:
  Policy teacher_;
  TeacherGate gate_;
  TeacherNoise noise_;
  double controlRate_hz_;
  std::uint64_t seed_;
  Random random_;
  double gap_ = 0.0;
  bool driving_ = false;
  int above_ = 0, below_ = 0;
  int needless_ = 0;
  std::vector<float> mode_;
};

/// The gate stored with a task's shipped teacher (policy info "gate.tau_on" …), else the defaults.
TeacherGate gateOf(const Policy& teacher);
/// "synthetic" or "synthetic:delay=0.4,noise=0.15,random=0.02". InvalidInput names the wrong part.
Result<TeacherNoise> parseTeacher(const std::string& text);

}  // namespace nudge
