#pragma once

namespace nudge {
inline constexpr const char* kVersion = "0.1.0";
}
