// A task.toml read against its compiled model: everything that a FolderTask is made of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/sim/folder/resets.h"
#include "core/sim/folder/term.h"

namespace nudge {

/// A term that gives one number, held against a threshold.
struct Condition {
  std::unique_ptr<Term> term;
  bool above = false;
  double threshold = 0.0;
  int holdSteps = 1;  ///< control steps in a row before it counts
};

struct ObservedTerm {
  std::unique_ptr<Term> term;
  double scale = 1.0;  ///< what 1.0 means in the term's unit
};

struct FeatureTerm {
  std::unique_ptr<Term> term;
  double zero = 0.0, one = 1.0;  ///< values of the term that mean 0 and 1
};

/// A term that gives one number, as the window shows it live: "contact 9.8 N".
struct ReadoutTerm {
  std::unique_ptr<Term> term;  ///< null: nothing is shown
  std::string title, unit;
  double scale = 1.0;  ///< what 1.0 means in the term's unit
};

/// Training starts (core/sim/task.h, resetForTraining): in a share of the episodes the tool stays under a
/// ceiling, in a share over a floor, both drawn anew for each episode.
struct HeightLimit {
  double share = 0.0;
  TomlRange height_m;
};

struct TaskDescription {
  TaskSpec spec;
  std::unique_ptr<Drive> drive;
  std::vector<ObservedTerm> observed;
  std::vector<FeatureTerm> features;
  std::vector<Condition> success, failure;
  bool failureEnds = false;
  ReadoutTerm readout;
  std::vector<ResetRule> resets, trainingResets;
  HeightLimit ceiling, floor;
  int controlLine = 0;  ///< of [control] in task.toml
  int keyframe = -1;    ///< where an episode starts before the resets; −1: the model's own first pose
  std::optional<Place> tiltOf;  ///< whose z axis EpisodeStatus::maxTilt_rad follows
};

/// Reads all of it; what comes back is whole if no problem was added.
TaskDescription readDescription(const std::string& toml, const mjModel& model, Problems& problems);

}  // namespace nudge
