// The kinds of device that there are.
#pragma once

#include <memory>
#include <vector>

#include "core/input/raw_input.h"

namespace nudge {

/// One source of each kind, in order of priority; a new kind is added here.
std::vector<std::unique_ptr<DeviceSource>> realSources();

}  // namespace nudge
