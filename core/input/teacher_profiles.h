// What is kept of each teacher between lessons, in one JSON file: how their devices are set, by device and task, and
// how quick they are. A teacher is a name; the empty one is whoever gave none.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/input/device_settings.h"
#include "core/teach/reaction_test.h"

namespace nudge {

/// As the file has them.
nlohmann::json settingsJson(const DeviceSettings& settings);

/// Plain value; one thread.
class TeacherProfiles {
 public:
  /// The file of this computer's user.
  static std::filesystem::path standardPath();
  /// A missing file is empty profiles. Corrupt: not ours or damaged; nothing is changed on disk.
  static Result<TeacherProfiles> load(const std::filesystem::path& path);
  Status save(const std::filesystem::path& path) const;

  /// For this task, else as the teacher last set it for any task, else as the nameless teacher did, else standard.
  DeviceSettings get(DeviceKind kind, const std::string& teacher, const std::string& task) const;
  void set(DeviceKind kind, const std::string& teacher, const std::string& task, const DeviceSettings& settings);

  std::optional<ReactionTime> reaction(const std::string& teacher) const { return of(teacher).reaction; }
  void setReaction(const std::string& teacher, const ReactionTime& time) { teachers_[teacher].reaction = time; }
  HandSide hand(const std::string& teacher) const { return of(teacher).hand; }
  void setHand(const std::string& teacher, HandSide hand) { teachers_[teacher].hand = hand; }

 private:
  struct Teacher {
    std::map<std::string, DeviceSettings> devices;  ///< "spacemouse/bottle"; "spacemouse/" is the one set last
    std::optional<ReactionTime> reaction;
    HandSide hand = HandSide::Both;
  };
  Teacher of(const std::string& teacher) const;

  std::map<std::string, Teacher> teachers_;
};

}  // namespace nudge
