// How a device feels: from raw axes to the wish they stand for. Pure functions of plain values.
#pragma once

#include "core/input/raw_input.h"

namespace nudge {

struct AxisFeel {
  int source = 0;         ///< which raw axis drives this one, 0 … 5: swapped axes name each other
  double deadZone = 0.08; ///< of the full way; what lies inside is 0, what lies outside begins at 0
  double gain = 1.0;      ///< 0 … 3
  double curve = 1.5;     ///< exponent, 1 straight … 3 very fine near the middle
  bool invert = false;
  bool locked = false;    ///< always 0
  friend bool operator==(const AxisFeel&, const AxisFeel&) = default;
};

/// In whose axes right, forward and up are meant. View: as the person sees the scene, kept level. World: as one
/// stands at the robot's base. Tool: as the tool is turned.
enum class MoveFrame : std::uint8_t { View, World, Tool };

struct FeelSettings {
  FeelSettings();
  std::array<AxisFeel, kAxes> axes;
  double sensitivity = 1.0;    ///< 0.1 … 3, on top of every gain: the one that keys change
  bool dominantAxis = false;   ///< only the strongest axis counts
  bool translateOnly = false;  ///< turns are 0
  MoveFrame frame = MoveFrame::View;
  Axes rest{};                 ///< what the raw axes say with no hand on them, from calibration
  friend bool operator==(const FeelSettings&, const FeelSettings&) = default;
};

/// The device's axes with its rest taken off, numbers only: NaN and what lies beyond the end stops is cut.
Axes centred(const FeelSettings& settings, const Axes& raw);

/// The wish: swap, dead zone, curve, gain, inversion, locks, dominant axis, in this order; each in [−1, 1].
Axes applyFeel(const FeelSettings& settings, const Axes& raw);

/// Every number brought into its range; what is not a number becomes the default.
FeelSettings sane(FeelSettings settings);

}  // namespace nudge
