#include <QCoreApplication>
#include <cstdio>

#include "app/options.h"
#include "core/base/version.h"
#include "ui/model/actions.h"

namespace {
void print(const QString& text) { std::fputs(text.toUtf8().constData(), stdout); }
}  // namespace

int main(int argc, char** argv) {
  using namespace nudge;
  QStringList arguments;
  for (int i = 0; i < argc; ++i) arguments << QString::fromLocal8Bit(argv[i]);
  const auto options = parseOptions(arguments);
  if (!options) {
    std::fprintf(stderr, "nudge: %s\n", options.error().message.c_str());
    return 2;
  }
  switch (options.value().only) {
    case Options::Only::PrintKeys: print(keysMarkdown()); return 0;
    case Options::Only::PrintVersion: print(QStringLiteral("nudge %1\n").arg(QLatin1String(kVersion))); return 0;
    case Options::Only::PrintHelp: {
      QCoreApplication application(argc, argv);  // the help text names the program
      print(helpText());
      return 0;
    }
    case Options::Only::Window: break;
  }
  return 3;
}
