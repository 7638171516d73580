// What the person asked for on the command line of `nudge`.
#pragma once

#include <QString>
#include <QStringList>

#include "core/base/result.h"

namespace nudge {

struct Options {
  QString file;                                ///< lesson to open; empty: a new one
  bool createFile = false;                     ///< --new: `file` must not exist yet
  QString task = QStringLiteral("bottle");
  QString prior;                               ///< policy file that a new lesson begins with; empty: the task's own
  bool readOnly = false;
  bool demo = false;
  QString demoFolder = QStringLiteral("demo");
  enum class Only { Window, PrintKeys, PrintVersion, PrintHelp } only = Only::Window;
};

/// InvalidInput says which argument was not understood. `arguments` includes the program's name.
Result<Options> parseOptions(const QStringList& arguments);
QString helpText();

}  // namespace nudge
