#include "core/input/feel.h"

#include <algorithm>
#include <cmath>

#include "core/input/within.h"

namespace nudge {
namespace {

double shaped(const AxisFeel& axis, double value) {
  if (axis.locked) return 0.0;
  const double beyond = std::max(0.0, std::abs(value) - axis.deadZone) / (1.0 - axis.deadZone);
  const double way = axis.gain * std::pow(beyond, axis.curve);
  return std::copysign(way, axis.invert ? -value : value);
}

}  // namespace

const char* deviceKindName(DeviceKind kind) { return kind == DeviceKind::SpaceMouse ? "spacemouse" : "gamepad"; }

FeelSettings::FeelSettings() {
  for (std::size_t i = 0; i < kAxes; ++i) axes[i].source = static_cast<int>(i);
}

Axes centred(const FeelSettings& settings, const Axes& raw) {
  Axes axes;
  for (std::size_t i = 0; i < kAxes; ++i) axes[i] = within(raw[i] - settings.rest[i], -1.0, 1.0, 0.0);
  return axes;
}

Axes applyFeel(const FeelSettings& settings, const Axes& raw) {
  const Axes from = centred(settings, raw);
  Axes wish;
  for (std::size_t i = 0; i < kAxes; ++i) {
    const AxisFeel& axis = settings.axes[i];
    wish[i] = settings.sensitivity * shaped(axis, from[static_cast<std::size_t>(axis.source)]);
    if (settings.translateOnly && i >= 3) wish[i] = 0.0;
  }
  if (settings.dominantAxis) {
    const auto strongest = std::max_element(wish.begin(), wish.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
    for (double& value : wish)
      if (&value != &*strongest) value = 0.0;
  }
  for (double& value : wish) value = std::clamp(value, -1.0, 1.0);
  return wish;
}

FeelSettings sane(FeelSettings settings) {
  const FeelSettings standard;
  for (std::size_t i = 0; i < kAxes; ++i) {
    AxisFeel& axis = settings.axes[i];
    if (axis.source < 0 || axis.source >= static_cast<int>(kAxes)) axis.source = static_cast<int>(i);
    axis.deadZone = within(axis.deadZone, 0.0, 0.5, standard.axes[i].deadZone);
    axis.gain = within(axis.gain, 0.0, 3.0, standard.axes[i].gain);
    axis.curve = within(axis.curve, 1.0, 3.0, standard.axes[i].curve);
    settings.rest[i] = within(settings.rest[i], -0.5, 0.5, 0.0);
  }
  settings.sensitivity = within(settings.sensitivity, 0.1, 3.0, standard.sensitivity);
  if (settings.frame > MoveFrame::Tool) settings.frame = standard.frame;
  return settings;
}

}  // namespace nudge
