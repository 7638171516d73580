// The synthetic teacher: a policy trained on r + r_R that takes over when the robot is clearly worse.
//
// Gate (ours; the paper's rule is not published, mereq.md section 6), on the advantage gap
// g = Q(s, a_teacher) − Q(s, a_robot), averaged over the teacher's critics:
//   - g above τ_on for k steps takes the wheel; g under τ_off < τ_on for m steps gives it back;
//   - slow failure: a robot that parks the bottle short of the goal has a small g at every step. By the
//     performance-difference lemma (Kakade & Langford 2002, lemma 6.1) the sum of g *is* what the robot
//     loses against the teacher, so g − regretFree is summed, never below 0 (Page's CUSUM test, 1954), and
//     a sum over regretLimit takes the wheel until g stays under the free amount for m steps;
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

struct TeacherGate {
  double tauOn = 0.12;
  double tauOff = 0.10;
  int stepsOn = 10;           ///< k
  int stepsOff = 10;          ///< m
  double regretFree = 0.05;   ///< a gap that costs nothing: the noise of the critics
  double regretLimit = 1.5;   ///< sum of what exceeds it that the teacher stands by for
};

/// Noise of a person, each off at 0.
struct TeacherNoise {
  double delay_s = 0.0;   ///< what it sees of its own decision is this old
  double action = 0.0;    ///< share of random actions while driving
  double random = 0.0;    ///< chance a step of a needless take-over of about a second
};

/// Not shared between threads. decide() does not allocate.
class SyntheticTeacher {
 public:
  SyntheticTeacher(Policy teacher, const TeacherGate& gate, const TeacherNoise& noise, double controlRate_hz,
                   std::uint64_t seed);
  void startEpisode(std::uint64_t seed);
  /// Decides for one control step. proposal: the robot's action. lost: the task says that this episode can
  /// no longer succeed. Writes the teacher's action [action]. Returns true while the teacher drives.
  bool decide(std::span<const float> observation, std::span<const float> proposal, bool lost,
              std::span<float> action);
  double gap() const { return gap_; }  ///< latest advantage gap
  int lostSince() const { return lostSince_; }  ///< first lost step decided in this episode, −1 none

 private:
  bool wanted(bool lost);

  Policy teacher_;
  TeacherGate gate_;
  TeacherNoise noise_;
  double controlRate_hz_;
  std::uint64_t seed_;
  Random random_;
  double gap_ = 0.0, regret_ = 0.0;
  bool wanted_ = false, stalled_ = false;
  int above_ = 0, below_ = 0;
  int needless_ = 0;  ///< steps left of a needless take-over
  int step_ = 0, lostSince_ = -1;
  std::vector<unsigned char> delayed_;  ///< ring of what was wanted, [delay steps + 1]
};

/// The gate stored with a task's shipped teacher (policy info "gate.tau_on", "gate.tau_off", "gate.steps_on",
/// "gate.steps_off", "gate.regret_free", "gate.regret_limit"); the default for what is missing or no number.
TeacherGate gateOf(const Policy& teacher);
/// "synthetic" or "synthetic:delay=0.4,noise=0.15,random=0.02". InvalidInput names the wrong part.
Result<TeacherNoise> parseTeacher(const std::string& text);

}  // namespace nudge
