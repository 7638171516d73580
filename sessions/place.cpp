#include "sessions/place.h"

#include <sys/vfs.h>

#include <array>
#include <filesystem>
#include <utility>

namespace nudge {

namespace fs = std::filesystem;

namespace {

/// What programs that keep folders of several computers equal leave in them.
constexpr std::array<std::pair<const char*, const char*>, 6> kTraces{{{".dropbox", "Dropbox"},
                                                                      {".dropbox.cache", "Dropbox"},
                                                                      {".stfolder", "Syncthing"},
                                                                      {".nextcloudsync.log", "Nextcloud"},
                                                                      {".owncloudsync.log", "ownCloud"},
                                                                      {".sync.ffs_db", "FreeFileSync"}}};

std::string syncedBy(const fs::path& file) {
  std::error_code error;
  for (fs::path folder = fs::weakly_canonical(file, error).parent_path(); !error; folder = folder.parent_path()) {
    for (const auto& [trace, program] : kTraces)
      if (fs::exists(folder / trace, error)) return program;
    if (folder == folder.parent_path()) break;
  }
  return {};
}

}  // namespace

std::string networkName(std::uint64_t fileSystem) {
  switch (fileSystem) {  // statfs(2); the last ones are only in the kernel's sources
    case 0x6969: return "NFS";
    case 0x517B: return "SMB";
    case 0xFF534D42: return "SMB (CIFS)";
    case 0xFE534D42: return "SMB";
    case 0x5346414F: return "AFS";
    case 0x6B414653: return "AFS";
    case 0x73757245: return "Coda";
    case 0x00C36400: return "Ceph";
    case 0x01021997: return "9P";
    case 0x564C: return "NetWare";
    case 0x0BD00BD0: return "Lustre";
    case 0x01161970: return "GFS2";
    case 0x7461636F: return "OCFS2";
    default: return {};
  }
}

std::int64_t freeSpace(const std::string& path) {
  std::error_code error;
  const auto space = fs::space(path, error);
  return error ? -1 : static_cast<std::int64_t>(space.available);
}

Place placeOf(const std::string& path) {
  Place place;
  struct statfs facts {};
  if (::statfs(path.c_str(), &facts) == 0)
    // The number is a 32-bit one that the C type may have given a sign.
    place.network = networkName(static_cast<std::uint32_t>(facts.f_type));
  place.free_bytes = freeSpace(path);
  place.synced = syncedBy(path);
  return place;
}

}  // namespace nudge
