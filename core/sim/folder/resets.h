// How an episode starts: what is put where, drawn from ranges by a seed.
#pragma once

#include <optional>
#include <vector>

#include "core/base/random.h"
#include "core/sim/folder/drive.h"

namespace nudge {

/// One [[reset]] table. What it does not name stays as the model, or the rule before, has it.
struct ResetRule {
  enum class Moves { Joint, FreeBody, MocapBody, Tool } moves = Moves::Tool;
  int index = 0;  ///< of the joint, or of the mocap body; of a free body its joint
  Place what;
  std::optional<Place> from;  ///< x, y and z are measured from here, world axes; else from the world's origin
  Eigen::Vector3d offset = Eigen::Vector3d::Zero();  ///< added before x, y and z
  std::array<std::optional<TomlRange>, 3> xyz;
  std::optional<TomlRange> distance, direction;  ///< in x and y from `from`: metres, radians from world x
  std::optional<TomlRange> turn;                 ///< about world z, rad
  std::optional<TomlRange> value;                ///< of a joint, rad or m
  int line = 0;                                  ///< of its table in task.toml
};

/// All [[reset]] tables. `drive` may be null where it has problems of its own.
std::vector<ResetRule> readResets(std::vector<TomlSection> sections, const SceneNames& names,
                                  const Drive* drive);

/// Draws and applies the rules in their order. Positions in `data` are up to date before and after each.
void applyResets(const std::vector<ResetRule>& rules, const mjModel& model, mjData& data, Drive& drive,
                 Random& random, double ceiling_m);
/// Draws starts to see where the tool comes to lie: a problem if that is out of the arm's reach or outside of
/// the workspace. `line` is that of [control], `keyframe` as in TaskDescription.
void tryStarts(const std::vector<ResetRule>& rules, const mjModel& model, int keyframe, Drive& drive,
               int line, Problems& problems);

}  // namespace nudge
