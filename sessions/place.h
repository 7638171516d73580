// What a person should know about where a lesson lies.
#pragma once

#include <cstdint>
#include <string>

namespace nudge {

inline constexpr std::int64_t kLittleSpace_bytes = std::int64_t{1} << 30;  ///< less is worth a warning

struct Place {
  std::string network;  ///< kind of network drive, for example "NFS"; empty on a disk of this computer
  std::string synced;   ///< the program that copies this folder to other computers, for example "Dropbox"; empty: none
  std::int64_t free_bytes = -1;  ///< −1: unknown
};

/// Of a file or folder. Costs a few calls of the file system: not for every frame.
Place placeOf(const std::string& path);

/// Bytes that are left for a program; −1: unknown.
std::int64_t freeSpace(const std::string& path);

/// The name of a network file system by its number in statfs(2); empty for all others.
std::string networkName(std::uint64_t fileSystem);

}  // namespace nudge
