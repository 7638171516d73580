// What the paper reports (MEReQ, arXiv 2406.16258), to stand beside our own figures. Its tables could not be
// read: these are readings of the plots on the authors' project page, ± 10 samples (erasing, pillow: ± 20) and
// ± .015 of a rate.
#pragma once

#include <array>
#include <string>

namespace nudge {

struct PaperFigures {
  const char* task;
  const char* method;
  std::array<double, 3> samples;    ///< expert samples at kDeltas: .15, .10, .05
  std::array<double, 3> halfBar;    ///< half the length of their error bars; the page does not say of what kind
  std::array<double, 10> rates;     ///< intervention rate of rounds 1 … 10
};

/// nullptr when the paper has no such figures.
const PaperFigures* paperFigures(const std::string& task, const std::string& method);

}  // namespace nudge
