// A MuJoCo world owned the C++ way: models from text, errors as values, and the full physics state.
// Everything that differs between MuJoCo's versions is in model.cpp.
#pragma once

#include <mujoco/mujoco.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace nudge {

/// What MuJoCo would have ended the process for; thrown through its library and caught in core/sim.
struct MujocoError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct MujocoDelete {
  void operator()(mjModel* model) const { mj_deleteModel(model); }
  void operator()(mjData* data) const { mj_deleteData(data); }
};
using ModelPtr = std::unique_ptr<mjModel, MujocoDelete>;
using DataPtr = std::unique_ptr<mjData, MujocoDelete>;

/// A file that MJCF text names: a mesh, a texture, a height field.
struct ModelFile {
  std::string name;  ///< as the text has it, without a folder
  std::vector<std::uint8_t> bytes;
};

/// Compiles MJCF text. Corrupt carries MuJoCo's message with the line, also when the model would take more memory
/// than kMostModelMemory. Any thread.
inline constexpr std::size_t kMostModelMemory = std::size_t{2} << 30;
Result<ModelPtr> compileModel(const std::string& mjcf, std::span<const ModelFile> files = {});

/// A model, its data and steps that repeat bit for bit. One thread at a time.
/// Between steps, positions, velocities and contacts in data() belong to the present state; calling
/// mj_forward on it, as viewers do, does not change the future.
class World {
 public:
  static Result<World> fromMjcf(const std::string& mjcf, std::span<const ModelFile> files = {});

  const mjModel& model() const { return *model_; }
  mjData& data() { return *data_; }
  /// For what is only looked at: colours, and places of shapes that nothing touches.
  mjModel& looks() { return *model_; }
  const mjData& data() const { return *data_; }

  /// Id of a named element; a missing name is a programmer error.
  int id(mjtObj type, const char* name) const;

  /// Back to the model's initial state, and a clean bill of health.
  void reset();
  /// Brings everything that follows from positions and velocities up to date.
  void refresh();
  /// One physics step of controls and forces now in data(). Does nothing once diverged.
  void step();
  /// Lets the solver start afresh at the next step. At the end of every control step: where it would have started is a
  /// fifth of a lesson's file otherwise, and one cold start in fifty changes nothing that can be measured.
  void forgetSolver() { std::fill(warmStart_.begin(), warmStart_.end(), 0.0); }
  /// True since a step met numbers that are not finite or run away.
  bool diverged() const { return diverged_; }

  /// Finite and not yet run away by MuJoCo's own measure.
  static bool plausible(std::span<const double> state);

  /// Time, positions, velocities, activations, mocap poses, solver start, controls and applied forces.
  int stateSize() const;
  void save(std::span<double> state) const;
  /// All of `state` must be of stateSize() and plausible(); refreshes.
  void restore(std::span<const double> state);

 private:
  World(ModelPtr model, DataPtr data);

  ModelPtr model_;
  DataPtr data_;
  std::vector<double> warmStart_;  ///< MuJoCo's qacc_warmstart, kept out of the reach of viewers
  bool diverged_ = false;
};

}  // namespace nudge
