// The synthetic teacher: a policy trained on r + r_R that takes over when the robot is clearly worse.
//
// Gate (ours; the paper's rule is not published, mereq.md section 6), on the advantage gap
// g = Q(s, a_teacher) − Q(s, a_robot), averaged over the teacher's critics:
//   - g above τ_on for k steps takes the wheel; g under τ_off < τ_on for m steps gives it back;
//   - or, with lossSteps n > 0, on what the robot has already lost of the teacher's value over its last n steps:
//     V(s_t−n) − Σ γ^i r − γ^n V(s_t) above τ_on. Errors of the critics enter at two states only and not at actions
//     that the teacher never tried, so it judges where contact makes the gap of a single step unreliable;
//   - slow failure: a robot that parks the bottle short of the goal has a small g at every step. While the
//     task is not done, V(s) = Q(s, a_teacher) that has not risen above its best by stallGain for stallSteps
//     takes the wheel; it goes back when the task is done or V has risen, and g is under τ_off again;
//   - a lost episode (the bottle lies) belongs to the teacher to its end, so that the intervention rate
//     shows it. Those steps demonstrate nothing: lostSince() says which ones to exclude.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/policy/policy.h"

namespace nudge {

/// Shipped teachers carry their own, set by `nudge-cli calibrate-teacher`; see gateOf().
struct TeacherGate {
  double tauOn = 0.20;
  double tauOff = 0.08;
  int stepsOn = 10;           ///< k
  int stepsOff = 10;          ///< m
  double stallGain = 0.1;     ///< rise of V that counts as progress
  int stallSteps = 40;        ///< steps without progress that the teacher stands by for
  int lossSteps = 0;          ///< n; 0: τ_on is for the gap
  double discount = 0.97;     ///< γ that the teacher's critics were trained with
};

/// Noise of a person, each off at 0.
struct TeacherNoise {
  double delay_s = 0.0;   ///< what it sees of its own decision is this old
  double action = 0.0;    ///< share of random actions while driving
  double random = 0.0;    ///< chance a step of a needless take-over of about a second
  /// Share of episodes in which the teacher does not hold to its preference: the gap counts for nothing, and what
  /// it would have corrected elsewhere passes as good. Slow failure and a lost episode it still sees.
  double flip = 0.0;
};

/// What the task itself says about the present state.
struct TaskSign {
  bool done = false;  ///< the aim is met
  bool lost = false;  ///< this episode can no longer succeed
  double reward = 0.0;  ///< of the step before, by the teacher's weights; only lossSteps needs it
};

/// Not shared between threads. decide() does not allocate.
class SyntheticTeacher {
 public:
  SyntheticTeacher(Policy teacher, const TeacherGate& gate, const TeacherNoise& noise, double controlRate_hz,
                   std::uint64_t seed);
  void startEpisode(std::uint64_t seed);
  /// Decides for one control step. proposal: the robot's action. Writes the teacher's action [action].
  /// Returns true while the teacher drives.
  bool decide(std::span<const float> observation, std::span<const float> proposal, TaskSign sign,
              std::span<float> action);
  double gap() const { return gap_; }      ///< latest advantage gap
  double value() const { return value_; }  ///< latest V
  double loss() const { return loss_; }    ///< what the robot has lost over its last lossSteps; 0 while the teacher drives
  bool needless() const { return needless_ > 0 && !meant_; }  ///< drives, and only because of TeacherNoise::random
  int lostSince() const { return lostSince_; }  ///< first lost step decided in this episode, −1 none

 private:
  bool wanted(TaskSign sign);
  bool madeProgress(TaskSign sign);
  void judgeLoss(double reward);
  void forgetLoss();

  Policy teacher_;
  TeacherGate gate_;
  TeacherNoise noise_;
  double controlRate_hz_;
  std::uint64_t seed_;
  Random random_;
  double gap_ = 0.0, value_ = 0.0;
  double best_ = 0.0;      ///< V that the next progress is measured from
  int withoutProgress_ = 0;
  bool wanted_ = false, stalled_ = false;
  bool indifferent_ = false;  ///< this episode is one of the flipped ones
  int above_ = 0, below_ = 0;
  int needless_ = 0;  ///< steps left of a needless take-over
  bool meant_ = false;  ///< drives by its own decision
  int step_ = 0, lostSince_ = -1;
  double loss_ = 0.0;
  std::vector<double> values_, rewards_;  ///< rings of the robot's own steps, [lossSteps + 1]: V before a step, its reward
  int watched_ = 0;                       ///< steps in the rings since the robot drives
  std::vector<unsigned char> delayed_;  ///< ring of what was wanted, [delay steps + 1]
};

/// The gate stored with a task's shipped teacher (policy info "gate.tau_on", "gate.tau_off", "gate.steps_on",
/// "gate.steps_off", "gate.stall_gain", "gate.stall_steps", "gate.loss_steps", "gate.discount"); the default for what is missing or no number.
TeacherGate gateOf(const Policy& teacher);
/// "synthetic" or "synthetic:delay=0.4,noise=0.15,random=0.02,flip=0.05". InvalidInput names the wrong part.
Result<TeacherNoise> parseTeacher(const std::string& text);
/// The one text among those that parseTeacher() takes for the same teacher: noise that is there, in the order above.
std::string teacherText(const TeacherNoise& noise);

}  // namespace nudge
