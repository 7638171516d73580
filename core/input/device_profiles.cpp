#include "core/input/device_profiles.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/files.h"

namespace nudge {
namespace {

using Json = nlohmann::json;
constexpr int kFormat = 1;
constexpr std::size_t kLargest_bytes = 1 << 20;

Json toJson(const DeviceSettings& settings) {
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
          {"pinned", settings.pinned}};
}

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
  feel.frame = json.value("frame", 0) == 1 ? MoveFrame::World : MoveFrame::View;
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
  return sane(settings);
}

std::string keyOf(DeviceKind kind, const std::string& task) { return std::string(deviceKindName(kind)) + '/' + task; }

Error damaged(const std::filesystem::path& path) {
  return {ErrorCode::Corrupt, "The device settings in '" + path.string() + "' cannot be read, so devices start with standard settings. The file was left as it is until you change one."};
}

}  // namespace

Result<DeviceProfiles> DeviceProfiles::load(const std::filesystem::path& path) {
  const auto bytes = readFile(path, kLargest_bytes);
  if (!bytes) return bytes.error().code == ErrorCode::NotFound ? Result(DeviceProfiles{}) : Result<DeviceProfiles>(bytes.error());
  DeviceProfiles profiles;
  try {
    const Json json = Json::parse(bytes->begin(), bytes->end());
    if (json.at("nudge_devices").get<int>() != kFormat) return damaged(path);
    for (const auto& [key, value] : json.at("profiles").items()) {
      const bool pad = key.rfind(deviceKindName(DeviceKind::Gamepad), 0) == 0;
      profiles.entries_[key] = fromJson(value, pad ? DeviceKind::Gamepad : DeviceKind::SpaceMouse);
    }
  } catch (const Json::exception&) {
    return damaged(path);
  }
  return profiles;
}

Status DeviceProfiles::save(const std::filesystem::path& path) const {
  auto profiles = Json::object();
  for (const auto& [key, settings] : entries_) profiles[key] = toJson(settings);
  return writeFile(path, Json{{"nudge_devices", kFormat}, {"profiles", profiles}}.dump(2) + "\n");
}

DeviceSettings DeviceProfiles::get(DeviceKind kind, const std::string& task) const {
  for (const std::string& key : {keyOf(kind, task), keyOf(kind, "")})
    if (const auto entry = entries_.find(key); entry != entries_.end()) return entry->second;
  return standardSettings(kind);
}

void DeviceProfiles::set(DeviceKind kind, const std::string& task, const DeviceSettings& settings) {
  entries_[keyOf(kind, task)] = entries_[keyOf(kind, "")] = sane(settings);
}

}  // namespace nudge
