// What the simulation thread tells the storage thread, in order.
#pragma once

#include "core/teach/command_lag.h"
#include "core/teach/step.h"

namespace nudge {

struct EpisodeFinished { std::int64_t episode = 0; EpisodeEnd end; CommandLag lag{}; };

/// One message to storage. While recording is off, episodes may be told all the same, as passing ones: they are
/// kept in memory for a while, and Keep says that they are wanted after all.
///
/// Only the member that `kind` names is meaningful; the others keep their
/// buffers, so that the queue's slots stop allocating once they have grown.
struct Record {
  enum class Kind : std::uint8_t { Start, Step, End, Keep } kind = Kind::Step;
  bool passing = false;   ///< Start, Step, End
  bool practice = false;  ///< Start: recorded apart, never counted, never learned from
  EpisodeStart start;
  Step step;
  EpisodeFinished end;
};

}  // namespace nudge
