// What the GUI asks of the running robot.
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/engine/sim_loop_impl.h"

namespace nudge {

void SimLoop::Impl::applyCommands() {
  while (Command* command = commands.readable()) {
    std::visit([this](const auto& alternative) { apply(alternative); }, *command);
    *command = Pause{};  // lets go of what it carried
    commands.release();
  }
}

void SimLoop::Impl::apply(const Pause&) {
  paused = true;
  stepOnce = false;
}

void SimLoop::Impl::apply(const Resume&) {
  paused = stopped = false;
  if (hold == HoldReason::Diverged) wantNext = true;
  hold = HoldReason::None;
}

void SimLoop::Impl::apply(const StepOnce&) {
  stepOnce = paused && !stopped;
}

void SimLoop::Impl::apply(const SetSpeed& command) {
  if (std::isfinite(command.factor)) speed = std::clamp(command.factor, 0.1, 4.0);
}

void SimLoop::Impl::apply(const ResetEpisode&) {
  closeEpisode(EpisodeOutcome::Reset);
  hold = HoldReason::None;
  if (startSeen) wantedSeed = episodeSeed;
  else wantNext = true;
}

void SimLoop::Impl::apply(const NextEpisode&) {
  closeEpisode(EpisodeOutcome::Reset);
  hold = HoldReason::None;
  wantedSeed.reset();
  wantNext = true;
}

// The world stops between two slices: no command reaches it from here on, whatever was under way.
void SimLoop::Impl::apply(const StopRobot&) {
  paused = stopped = true;
  stepOnce = false;
  arbiter.reset();
  decision = {};
}

// Off ends the episode's record here; on waits for the next episode, so that no record lacks its beginning.
void SimLoop::Impl::apply(const SetRecording& command) {
  recording = command.on;
  if (!recording && started && !passing) recordEnd(EpisodeOutcome::Reset);
}

void SimLoop::Impl::apply(const KeepRecent&) { wantsKeep = settings.lateCapture; }

// No episode is half practice: the running one ends.
void SimLoop::Impl::apply(const SetPractice& command) {
  if (std::exchange(nextPractice, command.on) == command.on) return;
  if (running && !(step.index == 0 && atBorder())) apply(NextEpisode{});
  else practice = nextPractice;
}

void SimLoop::Impl::apply(const SetGrip& command) {
  gripWish = std::isfinite(command.wish) ? static_cast<float>(std::clamp(command.wish, -1.0, 1.0)) : 0.0f;
}

void SimLoop::Impl::apply(const SetRound& command) {
  nextRound = command.round;
  if (running && step.index == 0 && atBorder()) round = nextRound;
}

void SimLoop::Impl::apply(const SetPolicy& command) {
  if (hold == HoldReason::BadPolicy || hold == HoldReason::LatePolicy) apply(NextEpisode{});
  if (running && !(step.index == 0 && atBorder())) nextPolicy = command;
  else usePolicy(command);
}

}  // namespace nudge
