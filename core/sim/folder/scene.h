// Things of a compiled model by their names, as a task.toml says them.
#pragma once

#include <mujoco/mujoco.h>

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "core/sim/folder/toml.h"

namespace nudge {

using Rotation3 = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;

/// A place that moves with the world: a site, the frame of a body, or the middle of a geom.
struct Place {
  mjtObj type = mjOBJ_XBODY;
  int id = 0;

  Eigen::Map<const Eigen::Vector3d> position_W(const mjData& data) const;
  Eigen::Map<const Rotation3> rotation_W(const mjData& data) const;
  /// Angular (rad/s), then linear velocity (m/s) in the world frame.
  Eigen::Matrix<double, 6, 1> velocity_W(const mjModel& model, const mjData& data) const;
};

/// Looks names up for a section: what is not there becomes a problem that suggests the nearest name.
/// Place names: a site, else a body, else a geom of that name; "site:", "body:" or "geom:" before it chooses.
class SceneNames {
 public:
  explicit SceneNames(const mjModel& model) : model_(&model) {}
  const mjModel& model() const { return *model_; }

  /// Id, or −1 with a problem at `key`.
  int find(mjtObj type, const std::string& name, const TomlSection& section, const std::string& key) const;
  Place place(const std::string& name, const TomlSection& section, const std::string& key) const;
  /// Geoms of that name, or all of the body of that name.
  std::vector<int> geoms(const std::string& name, const TomlSection& section, const std::string& key) const;
  /// An actuator by its name, or by that of the joint that it moves.
  int actuator(const std::string& name, const TomlSection& section, const std::string& key) const;
  std::vector<std::string> all(mjtObj type) const;

 private:
  const mjModel* model_;
};

/// For people: that a hinge or slide cannot be there; empty if it can.
std::string outsideRange(const mjModel& model, int joint, double value);

/// Which of x, y, z a text like "xz" names: 0, 1, 2 in its order.
std::vector<int> readAxes(TomlSection& section, const std::string& key, const std::string& otherwise);

}  // namespace nudge
