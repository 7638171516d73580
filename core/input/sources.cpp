#include "core/input/sources.h"

#include "core/input/gamepad.h"
#include "core/input/spacemouse.h"

namespace nudge {

std::vector<std::unique_ptr<DeviceSource>> realSources() {
  std::vector<std::unique_ptr<DeviceSource>> sources;
  sources.push_back(std::make_unique<SpaceMouse>());
  sources.push_back(std::make_unique<Gamepad>());
  return sources;
}

}  // namespace nudge
