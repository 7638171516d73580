#include <cstdio>
#include <exception>

#include "app/application.h"
#include "app/demo.h"
#include "app/stop_signals.h"
#include "core/base/version.h"
#include "ui/model/actions.h"

namespace nudge {
namespace {

void print(const QString& text) { std::fputs(text.toUtf8().constData(), stdout); }

int showWindow(int& argc, char** argv, const Options& options) {
  prepareApplication();
  QApplication application(argc, argv);
  dressApplication(application);
  if (options.demo) return runDemo(options);
  const StopSignals signals;
  WindowApplication windows;
  if (const int code = windows.start(options); code != 0) return code;
  return QApplication::exec();
}

int run(int argc, char** argv) {
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
  return showWindow(argc, argv, options.value());
}

}  // namespace
}  // namespace nudge

int main(int argc, char** argv) {
  try {
    return nudge::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nudge: internal fault: %s. The lesson is saved up to the last second.\n", error.what());
    return 3;
  }
}
