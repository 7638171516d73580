// Reads the sources and fails on an #include that the architecture forbids (resources/docs/architecture.md).
#include <QDirIterator>
#include <QFile>
#include <QMap>
#include <QRegularExpression>
#include <QStringList>
#include <QtTest>

namespace {

struct Include { QString file; int line; QString target; };

/// Every #include of our sources under `folder`, "…" and <…> alike.
QList<Include> includesUnder(const QString& folder) {
  static const QRegularExpression pattern("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
  QList<Include> found;
  QDirIterator it(QStringLiteral(NUDGE_SOURCE_DIR "/") + folder, {"*.h", "*.cpp"}, QDir::Files,
                  QDirIterator::Subdirectories);
  while (it.hasNext()) {
    QFile file(it.next());
    if (!file.open(QIODevice::ReadOnly)) continue;
    const QString name = QDir(NUDGE_SOURCE_DIR).relativeFilePath(file.fileName());
    int line = 0;
    while (!file.atEnd()) {
      ++line;
      const auto match = pattern.match(QString::fromUtf8(file.readLine()));
      if (match.hasMatch()) found.append({name, line, match.captured(1)});
    }
  }
  return found;
}

QString place(const Include& include) {
  return QString("%1:%2 includes %3").arg(include.file).arg(include.line).arg(include.target);
}

}  // namespace

class ArchitectureTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Arrows only downward: what each folder may include of ours.
  void oursPointDownward() {
    const QMap<QString, QStringList> allowed = {
        {"core/base", {"core/base"}},
        {"core/control", {"core/base", "core/control"}},
        {"core/sim", {"core/base", "core/control", "core/sim"}},
        {"core/policy", {"core/base", "core/policy"}},
        {"core/teach", {"core/base", "core/policy", "core/teach"}},
        {"core/input", {"core/base", "core/teach", "core/policy", "core/input"}},
        {"core/engine", {"core/base", "core/sim", "core/policy", "core/teach", "core/input", "core/engine"}},
        {"core/learn", {"core/base", "core/sim", "core/policy", "core/teach", "core/learn"}},
        {"core/benchmark", {"core/base", "core/sim", "core/policy", "core/teach", "core/engine", "core/learn", "core/benchmark"}},
        {"sessions", {"core/base", "core/teach", "sessions"}},
        {"ui/model", {"core/", "sessions", "ui/model"}},
        {"ui/scene", {"core/base", "core/sim", "core/teach", "ui/model", "ui/scene"}},
        {"ui/widgets", {"core/", "sessions", "ui/model", "ui/scene", "ui/widgets"}},
    };
    QStringList wrong;
    int seen = 0;
    for (auto it = allowed.begin(); it != allowed.end(); ++it) {
      for (const Include& include : includesUnder(it.key())) {
        static const QRegularExpression ours("^(app|core|sessions|ui|tests)/");
        if (!ours.match(include.target).hasMatch()) continue;
        ++seen;
        bool fine = false;
        for (const QString& prefix : it.value())
          fine = fine || include.target.startsWith(prefix.endsWith('/') ? prefix : prefix + '/');
        if (!fine) wrong.append(place(include));
      }
    }
    QVERIFY2(seen > 30, "the test found hardly any includes: is the source folder right?");
    QVERIFY2(wrong.isEmpty(), qPrintable("\n" + wrong.join('\n')));
  }

  /// Heavy or foreign headers stay in the rooms that own them.
  void librariesStayInTheirRooms() {
    struct Rule { QString pattern; QStringList rooms; };
    const QList<Rule> rules = {
        {"^(torch|ATen|c10)/", {"core/learn"}},
        {"^onnx/|^google/protobuf", {"core/policy", "tests/core/policy", "tests/app"}},
        {"^SQLiteCpp|^sqlite3\\.h", {"sessions", "tests/sessions"}},
        {"^spnav", {"core/input"}},
        {"^SDL", {"core/input", "tests/core/input"}},
        {"^toml|^tinyxml2", {"core/sim/folder"}},
        {"^mujoco", {"core/sim", "core/control", "ui/scene", "tests"}},
        {"^Q[A-Za-z]|^Qt[A-Z]", {"ui", "app", "tests"}},
    };
    QStringList wrong;
    for (const char* folder : {"core", "sessions", "ui", "app", "tests"}) {
      for (const Include& include : includesUnder(folder)) {
        for (const Rule& rule : rules) {
          if (!QRegularExpression(rule.pattern).match(include.target).hasMatch()) continue;
          bool fine = false;
          for (const QString& room : rule.rooms) fine = fine || include.file.startsWith(room + '/');
          if (!fine) wrong.append(place(include));
        }
      }
    }
    QVERIFY2(wrong.isEmpty(), qPrintable("\n" + wrong.join('\n')));
  }

  /// nudge-cli has no window: its sources know no Qt.
  void commandLineKnowsNoQt() {
    for (const Include& include : includesUnder("app/cli"))
      QVERIFY2(!QRegularExpression("^Q[A-Za-z]|^ui/").match(include.target).hasMatch(), qPrintable(place(include)));
  }

  /// libtorch and SQL stay out of public headers, or PRIVATE linking would be a lie.
  void publicHeadersAreClean() {
    for (const char* folder : {"core", "sessions", "ui"})
      for (const Include& include : includesUnder(folder))
        if (include.file == "core/learn/learn.h" || include.file == "sessions/store.h")
          QVERIFY2(!QRegularExpression("^torch|^ATen|^SQLiteCpp|^sqlite3").match(include.target).hasMatch(),
                   qPrintable(place(include)));
  }

  void topLevelIsAsAgreed() {
    const QStringList agreed = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "app", "core",
                                "installer", "resources", "sessions", "tests", "ui"};
    QStringList foreign;
    for (const QString& name : QDir(NUDGE_SOURCE_DIR).entryList(QDir::AllEntries | QDir::NoDotAndDotDot))
      if (!agreed.contains(name) && name != "build" && name != "demo") foreign.append(name);
    QVERIFY2(foreign.isEmpty(), qPrintable(foreign.join(' ')));
  }
};

QTEST_APPLESS_MAIN(ArchitectureTest)
#include "architecture_test.moc"
