#include "core/input/teacher_profiles.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/base/files.h"
#include "core/input/within.h"

namespace nudge {
namespace {

using Json = nlohmann::json;
constexpr int kFormat = 2;  // 1 knew no teachers
constexpr std::size_t kLargest_bytes = 1 << 20;

/// What is missing stays standard; what has the wrong type throws.
DeviceSettings fromJson(const Json& json, DeviceKind kind) {
  DeviceSettings settings = standardSettings(kind);
  GripSettings& grip = settings.grip;
  FeelSettings& feel = settings.feel;
  grip.mode = static_cast<GripMode>(std::clamp(json.value("mode", static_cast<int>(grip.mode)), 0, 2));
  grip.enter = json.value("enter", grip.enter);
  grip.exit = json.value("exit", grip.exit);
  grip.enterDwell_s = json.value("enter_dwell_s", grip.enterDwell_s);
  grip.exitDwell_s = json.value("exit_dwell_s", grip.exitDwell_s);
  feel.sensitivity = json.value("sensitivity", feel.sensitivity);
  feel.dominantAxis = json.value("dominant_axis", feel.dominantAxis);
  feel.translateOnly = json.value("translate_only", feel.translateOnly);
  feel.frame = static_cast<MoveFrame>(std::clamp(json.value("frame", 0), 0, 2));
  feel.rest = json.value("rest", feel.rest);
  const Json axes = json.value("axes", Json::array()), buttons = json.value("buttons", Json::array());
  for (std::size_t i = 0; i < kAxes && i < axes.size(); ++i) {
    AxisFeel& axis = feel.axes[i];
    axis.source = axes[i].value("source", axis.source);
    axis.deadZone = axes[i].value("dead_zone", axis.deadZone);
    axis.gain = axes[i].value("gain", axis.gain);
    axis.curve = axes[i].value("curve", axis.curve);
    axis.invert = axes[i].value("invert", axis.invert);
    axis.locked = axes[i].value("locked", axis.locked);
  }
  for (std::size_t i = 0; i < kMappedButtons && i < buttons.size(); ++i) {
    settings.buttons[i] = ButtonAction::None;
    for (std::size_t action = 0; action < kButtonActions; ++action)
      if (buttons[i].get<std::string>() == buttonActionName(ButtonAction(action))) settings.buttons[i] = ButtonAction(action);
  }
  settings.pinned = json.value("pinned", false);
  settings.light = json.value("light", false);
  return sane(settings);
}

Json toJson(const ReactionTime& time) {
  return {{"median_s", time.median_s},       {"quartile1_s", time.quartile1_s}, {"quartile3_s", time.quartile3_s},
          {"answers", time.answers}, {"early", time.early},             {"missed", time.missed}};
}

ReactionTime reactionFrom(const Json& json) {
  const auto seconds = [&](const char* name) {
    return within(json.value(name, 0.0), ReactionTest::kFastest_s, ReactionTest::kSlowest_s, 0.5);
  };
  return {seconds("median_s"),       seconds("quartile1_s"), seconds("quartile3_s"), json.value("answers", 0),
          json.value("early", 0), json.value("missed", 0)};
}

HandSide handFrom(const std::string& name) {
  for (const HandSide hand : {HandSide::Left, HandSide::Right})
    if (name == handSideName(hand)) return hand;
  return HandSide::Both;
}

std::string keyOf(DeviceKind kind, const std::string& task) { return std::string(deviceKindName(kind)) + '/' + task; }

std::map<std::string, DeviceSettings> devicesFrom(const Json& json) {
  std::map<std::string, DeviceSettings> devices;
  for (const auto& [key, value] : json.items()) {
    const bool pad = key.rfind(deviceKindName(DeviceKind::Gamepad), 0) == 0;
    devices[key] = fromJson(value, pad ? DeviceKind::Gamepad : DeviceKind::SpaceMouse);
  }
  return devices;
}

Error damaged(const std::filesystem::path& path) {
  return {ErrorCode::Corrupt, "The device settings in '" + path.string() +
                                  "' cannot be read, so devices start with standard settings. The file was left as it "
                                  "is until you change one."};
}

}  // namespace

nlohmann::json settingsJson(const DeviceSettings& settings) {
  const GripSettings& grip = settings.grip;
  const FeelSettings& feel = settings.feel;
  auto axes = Json::array();
  for (const AxisFeel& axis : feel.axes) {
    axes.push_back({{"source", axis.source},
                    {"dead_zone", axis.deadZone},
                    {"gain", axis.gain},
                    {"curve", axis.curve},
                    {"invert", axis.invert},
                    {"locked", axis.locked}});
  }
  auto buttons = Json::array();
  for (const ButtonAction action : settings.buttons) buttons.push_back(buttonActionName(action));
  return {{"mode", static_cast<int>(grip.mode)},
          {"enter", grip.enter},
          {"exit", grip.exit},
          {"enter_dwell_s", grip.enterDwell_s},
          {"exit_dwell_s", grip.exitDwell_s},
          {"sensitivity", feel.sensitivity},
          {"dominant_axis", feel.dominantAxis},
          {"translate_only", feel.translateOnly},
          {"frame", static_cast<int>(feel.frame)},
          {"rest", feel.rest},
          {"axes", axes},
          {"buttons", buttons},
          {"pinned", settings.pinned},
          {"light", settings.light}};
}

Result<TeacherProfiles> TeacherProfiles::load(const std::filesystem::path& path) {
  const auto bytes = readFile(path, kLargest_bytes);
  if (!bytes) return bytes.error().code == ErrorCode::NotFound ? Result(TeacherProfiles{}) : Result<TeacherProfiles>(bytes.error());
  TeacherProfiles profiles;
  try {
    const Json json = Json::parse(bytes->begin(), bytes->end());
    const int format = json.at("nudge_devices").get<int>();
    if (format < 1 || format > kFormat) return damaged(path);
    if (format == 1) {
      profiles.teachers_[""].devices = devicesFrom(json.at("profiles"));
      return profiles;
    }
    for (const auto& [name, value] : json.at("teachers").items()) {
      Teacher& teacher = profiles.teachers_[name];
      teacher.devices = devicesFrom(value.value("devices", Json::object()));
      teacher.hand = handFrom(value.value("hand", std::string()));
      if (value.contains("reaction")) teacher.reaction = reactionFrom(value.at("reaction"));
    }
  } catch (const Json::exception&) {
    return damaged(path);
  }
  return profiles;
}

Status TeacherProfiles::save(const std::filesystem::path& path) const {
  auto teachers = Json::object();
  for (const auto& [name, teacher] : teachers_) {
    auto devices = Json::object();
    for (const auto& [key, settings] : teacher.devices) devices[key] = settingsJson(settings);
    Json& entry = teachers[name] = {{"devices", devices}, {"hand", handSideName(teacher.hand)}};
    if (teacher.reaction) entry["reaction"] = toJson(*teacher.reaction);
  }
  const Json json{{"nudge_devices", kFormat}, {"teachers", teachers}};
  return writeFile(path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::filesystem::path TeacherProfiles::standardPath() {
  const char *config = std::getenv("XDG_CONFIG_HOME"), *home = std::getenv("HOME");
  const bool chosen = config && config[0] == '/';
  return std::filesystem::path(chosen ? config : home ? std::string(home) + "/.config" : ".config") / "nudge" / "devices.json";
}

TeacherProfiles::Teacher TeacherProfiles::of(const std::string& teacher) const {
  const auto found = teachers_.find(teacher);
  return found != teachers_.end() ? found->second : Teacher{};
}

DeviceSettings TeacherProfiles::get(DeviceKind kind, const std::string& teacher, const std::string& task) const {
  for (const std::string& name : {teacher, std::string()}) {
    const Teacher known = of(name);
    for (const std::string& key : {keyOf(kind, task), keyOf(kind, "")})
      if (const auto entry = known.devices.find(key); entry != known.devices.end()) return entry->second;
  }
  return standardSettings(kind);
}

void TeacherProfiles::set(DeviceKind kind, const std::string& teacher, const std::string& task, const DeviceSettings& settings) {
  auto& devices = teachers_[teacher].devices;
  devices[keyOf(kind, task)] = devices[keyOf(kind, "")] = sane(settings);
}

}  // namespace nudge
