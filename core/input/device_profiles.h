// Device settings that outlive the program: one JSON file, one entry a device and task.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/base/result.h"
#include "core/input/device_settings.h"

namespace nudge {

/// Plain value; one thread.
class DeviceProfiles {
 public:
  /// A missing file is empty profiles. Corrupt: not ours or damaged; nothing is changed on disk.
  static Result<DeviceProfiles> load(const std::filesystem::path& path);
  Status save(const std::filesystem::path& path) const;

  /// For this task, else as last set for any task, else the standard ones.
  DeviceSettings get(DeviceKind kind, const std::string& task) const;
  void set(DeviceKind kind, const std::string& task, const DeviceSettings& settings);

 private:
  std::map<std::string, DeviceSettings> entries_;  ///< "spacemouse/bottle"; "spacemouse/" is the one set last
};

}  // namespace nudge
