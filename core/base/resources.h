// Where files that come with the program lie (MJCF, priors): an installed tree, else the source tree.
#pragma once

#include <filesystem>

namespace nudge {

/// The resource folder: $NUDGE_RESOURCES, else ../share/nudge beside the program, else the source tree's
/// resources/. Does not check that it exists.
std::filesystem::path resourceFolder();

}  // namespace nudge
