// Pictures without Qt in this program.
#pragma once

#include <string>

#include "core/base/result.h"

namespace nudge::cli {

/// Draws an SVG as PNG by the program nudge-picture beside this one. Io.
Status writePng(const std::string& svg, const std::string& out);

}  // namespace nudge::cli
