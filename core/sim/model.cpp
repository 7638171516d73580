#include "core/sim/model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <mutex>

#include "core/base/check.h"

namespace nudge {
namespace {

/// What MuJoCo may still allocate on this thread: all there is, but for the models that people bring.
thread_local std::size_t memoryLeft = std::numeric_limits<std::size_t>::max();

/// On nullptr MuJoCo reports an error and cleans up.
void* allocate(std::size_t size) {
  constexpr std::size_t kAlignment = 64;
  if (size > memoryLeft) return nullptr;
  memoryLeft -= memoryLeft == std::numeric_limits<std::size_t>::max() ? 0 : size;
  return std::aligned_alloc(kAlignment, (size + kAlignment - 1) / kAlignment * kAlignment);
}

/// Limits what MuJoCo allocates on this thread while it lives.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::size_t bytes) { memoryLeft = bytes; }
  ~MemoryLimit() { memoryLeft = std::numeric_limits<std::size_t>::max(); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
};

// MuJoCo's own handlers print, write a log file and wait for a key.
void installHandlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    mju_user_malloc = allocate;
    mju_user_free = [](void* memory) { std::free(memory); };
    mju_user_error = [](const char* message) { throw MujocoError(message); };
    mju_user_warning = [](const char*) {};  // counted in mjData::warning, where World looks
  });
}

/// The parts of mjData that the future depends on, in the order they are stored.
struct Block {
  double* values;
  int count;
};
std::array<Block, 9> blocks(const mjModel& m, mjData& d, double* warmStart) {
  return {{{&d.time, 1},
           {d.qpos, m.nq},
           {d.qvel, m.nv},
           {d.act, m.na},
           {d.ctrl, m.nu},
           {d.qfrc_applied, m.nv},
           {d.mocap_pos, 3 * m.nmocap},
           {d.mocap_quat, 4 * m.nmocap},
           {warmStart, m.nv}}};
}

/// MuJoCo normalizes quaternions in place whenever it looks at positions, and that is not idempotent: the
/// last bit can flip to and fro for ever. Moves the largest component by units in the last place until
/// normalizing changes nothing, so that a look at the world leaves it as it is.
void settle(double quaternion[4]) {
  mju_normalize4(quaternion);
  double* largest = std::max_element(quaternion, quaternion + 4,
                                     [](double a, double b) { return std::abs(a) < std::abs(b); });
  const double middle = *largest;  // at least .5
  for (const int ulps : {0, 1, -1, 2, -2, 3, -3}) {
    *largest = middle + ulps * 0x1p-53;
    double again[4];
    std::copy_n(quaternion, 4, again);
    mju_normalize4(again);
    if (std::equal(again, again + 4, quaternion)) return;
  }
  *largest = middle;
}

/// On bad numbers MuJoCo warns and resets by itself; the state is then not ours any more.
bool ranAway(const mjData& data) {
  constexpr std::array kKinds{mjWARN_BADQPOS, mjWARN_BADQVEL, mjWARN_BADQACC, mjWARN_BADCTRL};
  return std::any_of(kKinds.begin(), kKinds.end(),
                     [&](mjtWarning kind) { return data.warning[kind].number > 0; });
}

}  // namespace

namespace {
bool add(mjVFS& files, const char* name, const void* bytes, std::size_t size) {
  if (size > std::numeric_limits<int>::max() || std::strlen(name) >= mjMAXVFSNAME) return false;
  if (mj_makeEmptyFileVFS(&files, name, static_cast<int>(size)) != 0) return false;
  std::memcpy(files.filedata[mj_findFileVFS(&files, name)], bytes, size);
  return true;
}
}  // namespace

Result<ModelPtr> compileModel(const std::string& mjcf, std::span<const ModelFile> assets) {
  installHandlers();
  const MemoryLimit limit(kMostModelMemory);
  constexpr const char* kName = "model.xml";
  char message[1000] = "";
  // The file table is far too large for the stack.
  auto files = std::make_unique<mjVFS>();
  mj_defaultVFS(files.get());
  ModelPtr model;
  try {
    bool room = add(*files, kName, mjcf.data(), mjcf.size());
    for (const ModelFile& file : assets) room = room && add(*files, file.name.c_str(), file.bytes.data(), file.bytes.size());
    if (!room) {
      mj_deleteVFS(files.get());
      return Error{ErrorCode::Internal, "MuJoCo has no room for the model and its files"};
    }
    model.reset(mj_loadXML(kName, files.get(), message, sizeof message));
  } catch (const MujocoError& error) {
    std::snprintf(message, sizeof message, "%s", error.what());
  }
  mj_deleteVFS(files.get());
  if (!model) return Error{ErrorCode::Corrupt, std::string("the model does not compile: ") + message};
  return model;
}

World::World(ModelPtr model, DataPtr data) : model_(std::move(model)), data_(std::move(data)) {
  warmStart_.resize(static_cast<std::size_t>(model_->nv));
}

Result<World> World::fromMjcf(const std::string& mjcf, std::span<const ModelFile> files) {
  auto model = compileModel(mjcf, files);
  if (!model) return model.error();
  try {
    const MemoryLimit limit(kMostModelMemory);
    DataPtr data(mj_makeData(model->get()));
    if (!data) return Error{ErrorCode::Internal, "there is no memory for the simulation"};
    World world(std::move(*model), std::move(data));
    world.reset();
    return world;
  } catch (const MujocoError& error) {
    return Error{ErrorCode::Corrupt, std::string("the model cannot be simulated: ") + error.what()};
  }
}

int World::id(mjtObj type, const char* name) const {
  const int found = mj_name2id(model_.get(), type, name);
  NUDGE_CHECK(found >= 0, name);
  return found;
}

void World::reset() {
  mj_resetData(model_.get(), data_.get());
  std::fill(warmStart_.begin(), warmStart_.end(), 0.0);
  diverged_ = false;
  refresh();
}

void World::refresh() {
  for (int joint = 0; joint < model_->njnt; ++joint) {
    double* position = data_->qpos + model_->jnt_qposadr[joint];
    if (model_->jnt_type[joint] == mjJNT_FREE) settle(position + 3);
    if (model_->jnt_type[joint] == mjJNT_BALL) settle(position);
  }
  try {
    mj_step1(model_.get(), data_.get());
  } catch (const MujocoError&) {
    diverged_ = true;
  }
  if (ranAway(*data_)) diverged_ = true;
}

void World::step() {
  if (diverged_) return;
  try {
    std::copy(warmStart_.begin(), warmStart_.end(), data_->qacc_warmstart);
    mj_step2(model_.get(), data_.get());
    std::copy_n(data_->qacc_warmstart, model_->nv, warmStart_.begin());
  } catch (const MujocoError&) {
    diverged_ = true;
  }
  // The first half of the *next* step: what viewers and controllers read belongs to the new state.
  refresh();
}

bool World::plausible(std::span<const double> state) {
  return std::all_of(state.begin(), state.end(), [](double value) { return std::abs(value) < mjMAXVAL; });
}

int World::stateSize() const {
  int size = 0;
  for (const Block& block : blocks(*model_, *data_, nullptr)) size += block.count;
  return size;
}

void World::save(std::span<double> state) const {
  NUDGE_CHECK(state.size() == static_cast<std::size_t>(stateSize()), "state of another size");
  double* out = state.data();
  for (const Block& block : blocks(*model_, *data_, const_cast<double*>(warmStart_.data())))
    out = std::copy_n(block.values, block.count, out);
}

void World::restore(std::span<const double> state) {
  NUDGE_CHECK(state.size() == static_cast<std::size_t>(stateSize()), "state of another size");
  if (diverged_) mj_resetData(model_.get(), data_.get());  // also what an aborted step left on its stack
  const double* in = state.data();
  for (const Block& block : blocks(*model_, *data_, warmStart_.data())) {
    std::copy_n(in, block.count, block.values);
    in += block.count;
  }
  diverged_ = false;
  refresh();
}

}  // namespace nudge
