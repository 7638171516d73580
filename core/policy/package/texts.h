// Files of a package that are the same in every one, compiled in from README.txt and example.cpp.in.
#pragma once

namespace nudge::package {
extern const char* const kReadmeText;
extern const char* const kExampleText;
}  // namespace nudge::package
