#include "core/teach/lead_in.h"

namespace nudge {

std::vector<LeadIn> leadIns(std::span<const Driver> drivers, std::span<const Segment> segments) {
  std::vector<LeadIn> all;
  int begin = 0;  // of the bad steps that end where the next segment begins
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    if (segment.verdict != Verdict::Bad) continue;
    const bool goesOn = i > 0 && segments[i - 1].verdict == Verdict::Bad;
    if (!goesOn) begin = segment.begin;
    const auto next = static_cast<std::size_t>(segment.end);
    if (next >= drivers.size() || drivers[next] != Driver::Teacher || drivers[next - 1] == Driver::Teacher) continue;
    // Steps that the teacher drove end it: they belong to the take-over before.
    int first = segment.end;
    while (first > begin && drivers[static_cast<std::size_t>(first - 1)] == Driver::Robot) --first;
    all.push_back({first, segment.end});
  }
  return all;
}

}  // namespace nudge
