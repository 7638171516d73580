// What the pillow looks like: a cloth cover as a MuJoCo skin that follows the bodies inside.
#pragma once

#include <string>

namespace nudge {

/// The <skin> element for the bodies of pillow.xml.
std::string pillowSkin();

}  // namespace nudge
