// The steps before a take-over that are taken for the teacher's reaction: bad ones, up to the take-over.
#pragma once

#include <span>
#include <vector>

#include "core/teach/segments.h"

namespace nudge {

struct LeadIn {
  int begin = 0;
  int end = 0;  ///< the first step of the take-over
  friend bool operator==(const LeadIn&, const LeadIn&) = default;
};

/// One for each take-over that has one, in order. `segments` are those of the same episode.
std::vector<LeadIn> leadIns(std::span<const Driver> drivers, std::span<const Segment> segments);

}  // namespace nudge
