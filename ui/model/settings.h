// What the window remembers between runs, by name, in the user's configuration folder.
#pragma once

#include <QSettings>
#include <QStringList>

namespace nudge {

/// GUI thread. Facts about a lesson belong into its file, not here.
class Settings {
 public:
  QByteArray geometry() const { return store_.value(QStringLiteral("window/geometry")).toByteArray(); }
  QByteArray splitter(const QString& name) const { return store_.value(QStringLiteral("window/split-") + name).toByteArray(); }
  void setGeometry(const QByteArray& value) { store_.setValue(QStringLiteral("window/geometry"), value); }
  void setSplitter(const QString& name, const QByteArray& value) {
    store_.setValue(QStringLiteral("window/split-") + name, value);
  }
  void forgetLayout() { store_.remove(QStringLiteral("window")); }
  bool panelShown(const QString& name, bool atFirst) const {
    return store_.value(QStringLiteral("window/show-") + name, atFirst).toBool();
  }
  void setPanelShown(const QString& name, bool shown) { store_.setValue(QStringLiteral("window/show-") + name, shown); }
  bool helpSeen() const { return store_.value(QStringLiteral("help/seen"), false).toBool(); }
  void setHelpSeen(bool seen) { store_.setValue(QStringLiteral("help/seen"), seen); }
  bool sounds() const { return store_.value(QStringLiteral("sounds"), false).toBool(); }
  void setSounds(bool on) { store_.setValue(QStringLiteral("sounds"), on); }
  QStringList recentLessons() const { return store_.value(QStringLiteral("lessons/recent")).toStringList(); }
  /// Folders beside the usual ones in which the person keeps lessons.
  QStringList lessonFolders() const { return store_.value(QStringLiteral("lessons/folders")).toStringList(); }
  void addLessonFolder(const QString& folder) {
    QStringList folders = lessonFolders();
    folders.removeAll(folder);
    store_.setValue(QStringLiteral("lessons/folders"), folders << folder);
  }
  void noteLesson(const QString& path) {
    QStringList recent = recentLessons();
    recent.removeAll(path);
    recent.prepend(path);
    store_.setValue(QStringLiteral("lessons/recent"), recent.mid(0, 8));
  }

 private:
  QSettings store_;
};

}  // namespace nudge
