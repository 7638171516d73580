// The settings of an update by name, for command lines and records: one table for all who read or write them.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/learn/learn.h"

namespace nudge {

/// One number of MereqSettings.
struct SettingInfo {
  std::string name;  ///< snake_case, as in --set NAME=VALUE
  std::string text;  ///< what it is and why it stands where it does
  std::variant<double MereqSettings::*, int MereqSettings::*, GradientKind MereqSettings::*,
               ImagineFrom MereqSettings::*, PolicyNoise MereqSettings::*> field;
  double low, high;  ///< the range that is accepted
  std::vector<std::string> choices = {};  ///< names of the values of an enumeration
};

/// All but the seed.
const std::vector<SettingInfo>& settingsTable();
/// A number, or the place of the choice.
double valueOf(const MereqSettings& settings, const SettingInfo& setting);
/// As set() takes it.
std::string textOf(const MereqSettings& settings, const SettingInfo& setting);
/// Applies "name=value". InvalidInput names the known settings, or the range.
Status set(MereqSettings& settings, const std::string& assignment);

}  // namespace nudge
