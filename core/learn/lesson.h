// A lesson as methods find it: checked, counted, cut.
#pragma once

#include "core/learn/learn.h"

namespace nudge {

/// InvalidInput: no steps, policies or steps of another size than the task's, numbers that are not finite, segments
/// outside their episode.
Status checkLesson(const MereqInput& input, const Task& task);

/// How many steps each verdict has.
MereqReport countSteps(std::span<const LessonEpisode> lesson);

/// `settings` for a newest round of f > 1 times `roundSteps`, such as the paper's of 2,000 or 3,000 steps: it says more and takes
/// longer to be learned, so there are f times the updates (four times at most), and their rate falls √f times as soon, which keeps the
/// base task.
MereqSettings fittedTo(std::span<const LessonEpisode> lesson, const MereqSettings& settings);

/// Segments with the automatic bad ones cut anew, `window` steps before each expert segment; what a person painted
/// stays as it is.
std::vector<Segment> withBadWindow(std::span<const Segment> segments, int window);

/// The answer of an update that somebody stopped.
Error cancelledUpdate();

}  // namespace nudge
