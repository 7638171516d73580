#include "app/options.h"

#include <QCommandLineParser>

#include "core/sim/folder/folder_task.h"

namespace nudge {

namespace {
void describe(QCommandLineParser& parser) {
  parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions);
  parser.setApplicationDescription(QStringLiteral(
      "Nudge: watch a robot, take over where it goes wrong, and let it learn only what is missing.\n"
      "Without FILE a new lesson starts at once in your documents folder."));
  parser.addPositionalArgument(QStringLiteral("FILE"), QStringLiteral("A lesson (.nudge) to open, or a task's folder to begin one in."), QStringLiteral("[FILE]"));
  parser.addOptions({
      {QStringLiteral("new"), QStringLiteral("Start a new lesson in FILE."), QStringLiteral("FILE")},
      {QStringLiteral("task"), QStringLiteral("Task of a new lesson: an id or a task's folder (default: bottle)."), QStringLiteral("TASK"),
       QStringLiteral("bottle")},
      {QStringLiteral("prior"), QStringLiteral("Policy that a new lesson begins with (see nudge-cli import-prior)."),
       QStringLiteral("FILE")},
      {QStringLiteral("read-only"), QStringLiteral("Look at FILE without changing it.")},
      {QStringLiteral("demo"), QStringLiteral("Watch the program teach itself a short lesson, then end.")},
      {QStringLiteral("demo-dir"), QStringLiteral("Where --demo leaves its lesson and pictures (default: demo)."),
       QStringLiteral("FOLDER"), QStringLiteral("demo")},
      {QStringLiteral("print-keys"), QStringLiteral("Print the key table as Markdown.")},
      {{QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Print this help.")},
      {{QStringLiteral("v"), QStringLiteral("version")}, QStringLiteral("Print the version.")},
  });
}

Error wrong(const QString& sentence) { return {ErrorCode::InvalidInput, sentence.toStdString()}; }
}  // namespace

Result<Options> parseOptions(const QStringList& arguments) {
  QCommandLineParser parser;
  describe(parser);
  if (!parser.parse(arguments)) return wrong(parser.errorText() + QStringLiteral(" See nudge --help."));
  Options options;
  if (parser.isSet(QStringLiteral("help"))) options.only = Options::Only::PrintHelp;
  if (parser.isSet(QStringLiteral("version"))) options.only = Options::Only::PrintVersion;
  if (parser.isSet(QStringLiteral("print-keys"))) options.only = Options::Only::PrintKeys;
  options.task = parser.value(QStringLiteral("task"));
  options.prior = parser.value(QStringLiteral("prior"));
  options.readOnly = parser.isSet(QStringLiteral("read-only"));
  options.demo = parser.isSet(QStringLiteral("demo"));
  options.demoFolder = parser.value(QStringLiteral("demo-dir"));
  options.createFile = parser.isSet(QStringLiteral("new"));
  const QStringList files = parser.positionalArguments();
  if (files.size() + (options.createFile ? 1 : 0) > 1) return wrong(QStringLiteral("Give one lesson file, not several."));
  if (!files.isEmpty() && isTaskFolder(files.front().toStdString()))
    options.task = files.front();
  else if (!files.isEmpty())
    options.file = files.front();
  if (options.createFile) options.file = parser.value(QStringLiteral("new"));
  if (options.readOnly && (options.file.isEmpty() || options.createFile)) {
    return wrong(QStringLiteral("--read-only needs the FILE of a lesson that exists."));
  }
  if (options.demo && !options.file.isEmpty()) return wrong(QStringLiteral("--demo makes its own lesson; leave FILE out."));
  return options;
}

QString helpText() {
  QCommandLineParser parser;
  describe(parser);
  return parser.helpText();
}

}  // namespace nudge
