// What the simulation thread tells the storage thread, in order.
#pragma once

#include "core/teach/step.h"

namespace nudge {

struct EpisodeFinished { std::int64_t episode = 0; EpisodeEnd end; };

/// One message to storage. Only the member that `kind` names is meaningful; the others keep their
/// buffers, so that the queue's slots stop allocating once they have grown.
struct Record {
  enum class Kind : std::uint8_t { Start, Step, End } kind = Kind::Step;
  EpisodeStart start;
  Step step;
  EpisodeFinished end;
};

}  // namespace nudge
