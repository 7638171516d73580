#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace nudge {

/// SHA-256 of bytes as 64 hex digits: the policy hash that lessons and packages carry.
std::string sha256Hex(std::span<const std::uint8_t> bytes);

}  // namespace nudge
