#include "app/cli/teacher_note.h"

#include <cmath>
#include <cstdio>

#include "core/teach/synthetic_teacher.h"

namespace nudge::cli {

void noteDelay(const std::string& teacher, const TaskSpec& task) {
  const auto noise = parseTeacher(teacher);
  if (!noise || noise->delay_s <= 0.0 || std::lround(noise->delay_s * task.controlRate_hz) > 0) return;
  std::fprintf(stderr, "nudge-cli: a delay of %g s is none on %s, whose control step takes %g s\n", noise->delay_s,
               task.id.c_str(), 1.0 / task.controlRate_hz);
}

}  // namespace nudge::cli
