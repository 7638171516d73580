// HDF5 in the layout that robomimic reads: /data/demo_<n> with actions, obs, states, rewards, dones, and
// beside them what only a taught lesson has.
#include <hdf5.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "sessions/datasets/writer.h"

namespace nudge {
namespace {

struct Hdf5Error {};

/// An HDF5 handle, closed by its own kind of close. Throws Hdf5Error instead of holding a bad one.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {
    if (id < 0) throw Hdf5Error{};
  }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle& operator=(Handle&&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

void require(herr_t status) {
  if (status < 0) throw Hdf5Error{};
}

template <typename T>
hid_t memoryType();
template <>
hid_t memoryType<float>() {
  return H5T_NATIVE_FLOAT;
}
template <>
hid_t memoryType<double>() {
  return H5T_NATIVE_DOUBLE;
}
template <>
hid_t memoryType<std::uint8_t>() {
  return H5T_NATIVE_UINT8;
}

Handle makeGroup(hid_t parent, const char* name) {
  return {H5Gcreate2(parent, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose};
}

void setText(hid_t object, const char* name, const std::string& text) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose), space(H5Screate(H5S_SCALAR), H5Sclose);
  require(H5Tset_size(type, H5T_VARIABLE));
  require(H5Tset_cset(type, H5T_CSET_UTF8));
  const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const char* value = text.c_str();
  require(H5Awrite(attribute, type, &value));
}

template <typename Number>
void setNumber(hid_t object, const char* name, Number value, hid_t type) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  require(H5Awrite(attribute, type, &value));
}
void setInteger(hid_t object, const char* name, std::int64_t value) {
  setNumber(object, name, value, H5T_NATIVE_INT64);
}

/// columns 0: a list of numbers, [steps]; else [steps, columns].
template <typename T>
Handle makeArray(hid_t group, const char* name, const std::vector<T>& values, std::size_t columns) {
  const std::size_t rows = columns > 0 ? values.size() / columns : values.size();
  const hsize_t size[2] = {rows, columns};
  const Handle space(H5Screate_simple(columns > 0 ? 2 : 1, size, nullptr), H5Sclose);
  Handle array(H5Dcreate2(group, name, memoryType<T>(), space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
               H5Dclose);
  require(H5Dwrite(array, memoryType<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
  return array;
}

/// One array of all steps, row by row.
template <typename T>
std::vector<T> joined(const EpisodeData& episode, std::vector<T> Step::*member) {
  std::vector<T> all;
  for (const Step& step : episode.steps) all.insert(all.end(), (step.*member).begin(), (step.*member).end());
  return all;
}
template <typename T, typename Pick>
std::vector<T> each(const EpisodeData& episode, Pick&& pick) {
  std::vector<T> all;
  for (const Step& step : episode.steps) all.push_back(static_cast<T>(pick(step)));
  return all;
}

std::string jsonOf(const std::vector<std::string>& names) {
  return nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class Hdf5Writer : public DatasetWriter {
 public:
  Hdf5Writer(const LessonInfo& lesson, const std::filesystem::path& path)
      : lesson_(lesson),
        path_(path),
        file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose),
        data_(makeGroup(file_, "data")) {
    const nlohmann::json environment{
        {"env_name", lesson.task},
        {"type", "nudge"},
        {"env_kwargs", {{"control_rate_hz", lesson.controlRate_hz}, {"seed", lesson.seed}}}};
    setText(data_, "env_args", environment.dump());
    setText(data_, "nudge_version", lesson.nudgeVersion);
    setText(data_, "mujoco_version", lesson.mujocoVersion);
    setText(data_, "created", lesson.created);
  }

  Status add(const EpisodeData& episode) override {
    return attempt([&] { addDemo(episode); });
  }

  Status finish(const DatasetCounts& counts) override {
    return attempt([&] {
      setInteger(data_, "total", counts.steps);
      require(H5Fflush(file_, H5F_SCOPE_GLOBAL));
    });
  }

 private:
  template <typename Work>
  Status attempt(Work&& work) {
    try {
      work();
      return {};
    } catch (const Hdf5Error&) {
      return Error{ErrorCode::Io, quoted(path_) + " could not be written. The lesson was left as it is."};
    }
  }

  void addDemo(const EpisodeData& episode) {
    const EpisodeRow& row = episode.row;
    const Handle demo = makeGroup(data_, ("demo_" + std::to_string(demos_++)).c_str());
    setInteger(demo, "num_samples", static_cast<std::int64_t>(episode.steps.size()));
    setText(demo, "model_file", lesson_.mjcf);
    setInteger(demo, "episode", row.start.episode);
    setNumber(demo, "seed", row.start.seed, H5T_NATIVE_UINT64);
    setInteger(demo, "round", row.start.round);
    setInteger(demo, "policy_version", row.start.policyVersion);
    setInteger(demo, "success", row.success);
    setText(demo, "outcome", name(row.outcome));
    setText(demo, "teacher", row.teacher);

    const std::size_t actions = lesson_.action.size(), steps = episode.steps.size();
    const std::string actionNames = jsonOf(lesson_.action);
    setText(makeArray(demo, "actions", joined(episode, &Step::action), actions), "names", actionNames);
    setText(makeArray(demo, "proposals", joined(episode, &Step::proposal), actions), "names", actionNames);
    setText(makeArray(demo, "features", joined(episode, &Step::features), lesson_.features.size()), "names",
            jsonOf(lesson_.features));
    makeArray(demo, "states", joined(episode, &Step::state), static_cast<std::size_t>(lesson_.stateSize));
    addObservations(demo, episode);

    // robomimic's sparse reward: success is worth 1, at the end.
    std::vector<double> rewards(steps, 0.0);
    std::vector<std::uint8_t> dones(steps, 0);
    rewards.back() = row.success ? 1.0 : 0.0;
    dones.back() = 1;
    makeArray(demo, "rewards", rewards, 0);
    makeArray(demo, "dones", dones, 0);
    makeArray(demo, "time_s", each<double>(episode, [](const Step& s) { return s.wallTime_s; }), 0);
    setText(makeArray(demo, "driver", each<std::uint8_t>(episode, [](const Step& s) { return s.driver; }), 0),
            "values", R"(["robot", "teacher"])");
    std::vector<std::uint8_t> verdicts;
    for (const Verdict verdict : verdictsOf(episode)) verdicts.push_back(static_cast<std::uint8_t>(verdict));
    setText(makeArray(demo, "verdict", verdicts, 0), "values", R"(["expert", "good", "bad", "excluded"])");
  }

  void addObservations(hid_t demo, const EpisodeData& episode) {
    const std::string names = jsonOf(lesson_.observation);
    std::vector<float> now = joined(episode, &Step::observation);
    setText(makeArray(makeGroup(demo, "obs"), "observation", now, lesson_.observation.size()), "names",
            names);
    // The one after the last step is unknown when recording broke off: then the last one stands in.
    std::vector<float> next(now.begin() + static_cast<std::ptrdiff_t>(lesson_.observation.size()), now.end());
    const std::vector<float>& last =
        episode.finalObservation.empty() ? episode.steps.back().observation : episode.finalObservation;
    next.insert(next.end(), last.begin(), last.end());
    setText(makeArray(makeGroup(demo, "next_obs"), "observation", next, lesson_.observation.size()), "names",
            names);
  }

  const LessonInfo lesson_;
  std::filesystem::path path_;
  Handle file_, data_;
  int demos_ = 0;
};

}  // namespace

Result<std::unique_ptr<DatasetWriter>> makeHdf5Writer(const LessonInfo& lesson,
                                                      const std::filesystem::path& file) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // its stack traces are for programmers
  try {
    return std::unique_ptr<DatasetWriter>(std::make_unique<Hdf5Writer>(lesson, file));
  } catch (const Hdf5Error&) {
    return Error{ErrorCode::Io, quoted(file) + " could not be created. Nothing was written."};
  }
}

}  // namespace nudge
