// What OpenGL there is.
#pragma once

#include <QString>

namespace nudge {

/// Why this process cannot draw with OpenGL, for people; empty if it can. GUI thread.
QString openGlProblem();

/// GL_RENDERER without its details: "llvmpipe (LLVM 15.0.6, 256 bits)" → "llvmpipe".
QString shortRendererName(const QString& full);
/// Does the processor draw?
bool isSoftwareRenderer(const QString& name);

}  // namespace nudge
