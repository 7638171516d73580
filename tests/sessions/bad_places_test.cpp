#include <unistd.h>

#include <QProcess>
#include <QtTest>
#include <QDirIterator>
#include <filesystem>

#include "sessions/copies.h"
#include "sessions/database.h"
#include "tests/sessions/lesson_on_disk.h"

using namespace nudge;
using namespace nudge::test;

namespace {

namespace fs = std::filesystem;

/// Gives up root's rights on files while it lives, so that permissions count.
class AsNobody {
 public:
  AsNobody() { active_ = ::geteuid() == 0 && ::seteuid(65534) == 0; }
  ~AsNobody() {
    if (active_ && ::seteuid(0) != 0) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  bool active_ = false;
};

}  // namespace

/// Lessons behind links, where nobody may write or read, and on a disk that is full.
class BadPlacesTest : public QObject, private LessonOnDisk {
  Q_OBJECT

 private Q_SLOTS:
  void init() { newFolder(); }

  void throughASymbolicLink() {
    QDir folder(folder_->path());
    QVERIFY(folder.mkdir("far") && folder.mkdir("near"));
    path_ = at("far/lesson.nudge");
    makeLesson();
    const std::string link = at("near/link.nudge");
    fs::create_symlink("../far/lesson.nudge", link);
    auto recording = Store::open(link, OpenMode::ReadWrite);
    VERIFY_OK(recording);
    VERIFY_OK(recording->beginEpisode(episodeStart(3)));
    VERIFY_OK(recording->appendSteps(3, steps(3, 0, 100)));
    // The log lies beside the file itself, and says through either name that it is whole and who records.
    QVERIFY(fs::exists(path_ + "-wal") && !fs::exists(link + "-wal"));
    for (const std::string& name : {link, path_}) {
      auto second = Store::open(name, OpenMode::ReadWrite);
      VERIFY_OK(second);
      QCOMPARE(second->episode(3)->steps.size(), 100u);
      VERIFY_FAILS(second->claim(), ErrorCode::Busy);
    }
    VERIFY_FAILS(Store::create(link, lessonInfo(), weights()), ErrorCode::InvalidInput);
    fs::create_symlink("nowhere.nudge", at("dangling.nudge"));
    VERIFY_FAILS(Store::open(at("dangling.nudge"), OpenMode::ReadWrite), ErrorCode::NotFound);
    VERIFY_FAILS(Store::create(at("dangling.nudge"), lessonInfo(), weights()), ErrorCode::InvalidInput);
    QVERIFY(!fs::exists(at("nowhere.nudge")));
    fs::create_symlink("loop.nudge", at("loop.nudge"));
    QVERIFY(!Store::open(at("loop.nudge"), OpenMode::ReadOnly));
  }

  void aLinkInPlaceOfTheLog_data() {
    QTest::addColumn<QString>("suffix");
    for (const char* suffix : {"-wal", "-shm", "-journal"}) QTest::newRow(suffix) << suffix;
  }
  void aLinkInPlaceOfTheLog() {
    QFETCH(QString, suffix);
    makeLesson();
    const std::string treasure = at("treasure.txt");
    QFile file(QString::fromStdString(treasure));
    QVERIFY(file.open(QFile::WriteOnly) && file.write(QByteArray(4096, 'g')) == 4096);
    file.close();
    fs::create_symlink(treasure, path_ + suffix.toStdString());
    const std::string before = slurp(path_);
    for (const OpenMode mode : {OpenMode::ReadOnly, OpenMode::ReadWrite})
      VERIFY_FAILS(Store::open(path_, mode), ErrorCode::Corrupt);
    QVERIFY(slurp(path_) == before);
    QCOMPARE(slurp(treasure), std::string(4096, 'g'));
  }

  void anUpgradeWithoutItsBackupIsNone() {
    QVERIFY(QFile::copy(QStringLiteral(NUDGE_SOURCE_DIR "/tests/data/format1.nudge"), QString::fromStdString(path_)));
    fs::permissions(path_, fs::perms(0666));
    fs::permissions(folder_->path().toStdString(), fs::perms(0555));
    const std::string before = slurp(path_);
    {
      const AsNobody nobody;
      QVERIFY(!Store::open(path_, OpenMode::ReadWrite));
      VERIFY_OK(Store::open(path_, OpenMode::ReadOnly));  // as it is
    }
    fs::permissions(folder_->path().toStdString(), fs::perms(0755));
    QVERIFY(slurp(path_) == before);
  }

  void writeProtected() {
    makeLesson();
    fs::permissions(folder_->path().toStdString(), fs::perms(0777));
    fs::permissions(path_, fs::perms(0444));
    const AsNobody nobody;
    VERIFY_FAILS(Store::open(path_, OpenMode::ReadWrite), ErrorCode::ReadOnly);
    const auto store = Store::open(path_, OpenMode::ReadOnly);
    VERIFY_OK(store);
    QCOMPARE(store->episodes()->size(), 2u);
  }

  void writeProtectedFolder() {
    makeLesson();
    fs::permissions(path_, fs::perms(0666));
    fs::permissions(folder_->path().toStdString(), fs::perms(0555));
    {
      const AsNobody nobody;
      VERIFY_FAILS(Store::open(path_, OpenMode::ReadWrite), ErrorCode::ReadOnly);
      const auto store = Store::open(path_, OpenMode::ReadOnly);
      VERIFY_OK(store);
      QCOMPARE(store->episode(2)->steps.size(), 170u);
      VERIFY_FAILS(Store::create(at("new.nudge"), lessonInfo(), weights()), ErrorCode::ReadOnly);
    }
    fs::permissions(folder_->path().toStdString(), fs::perms(0755));
  }

  void unreadable() {
    makeLesson();
    fs::permissions(folder_->path().toStdString(), fs::perms(0777));
    fs::permissions(path_, fs::perms(0));
    const AsNobody nobody;
    VERIFY_FAILS(Store::open(path_, OpenMode::ReadOnly), ErrorCode::Io);
  }

  void aFullDisk() {
    makeLesson();
    auto store = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(store);
    VERIFY_OK(store->beginEpisode(episodeStart(3)));
    const QString small = folder_->filePath("small");
    QVERIFY(QDir().mkdir(small));
    if (QProcess::execute("mount", {"-t", "tmpfs", "-o", "size=256k", "tmpfs", small}) != 0)
      QSKIP("needs root to mount");
    const auto unmount = qScopeGuard([&] { QProcess::execute("umount", {small}); });
    {
      const std::string path = (small + "/lesson.nudge").toStdString();
      auto tight = Store::create(path, lessonInfo(), weights());
      VERIFY_OK(tight);
      VERIFY_OK(tight->beginEpisode(episodeStart(1)));
      int stored = 0;
      Status status;
      while (stored < 100'000 && (status = tight->appendSteps(1, steps(1, stored, stored + 20))).ok())
        stored += 20;
      VERIFY_FAILS(status, ErrorCode::Full);
      QCOMPARE(tight->episode(1)->steps.size(), static_cast<std::size_t>(stored));
      QVERIFY(tight->checkStructure()->empty());
      VERIFY_FAILS(Store::create((small + "/other.nudge").toStdString(), lessonInfo(), weights()),
                   ErrorCode::Full);
      QCOMPARE(QDir(small).entryList({"other*"}).size(), 0);
      QCOMPARE(QProcess::execute("mount", {"-o", "remount,size=8m", small}), 0);
      VERIFY_OK(tight->appendSteps(1, steps(1, stored, stored + 20)));
    }
  }

  void whatFindsNoPlaceLeavesNothing() {
    makeLesson();
    const QString small = folder_->filePath("small");
    QVERIFY(QDir().mkdir(small));
    if (QProcess::execute("mount", {"-t", "tmpfs", "-o", "size=40k", "tmpfs", small}) != 0) QSKIP("needs root to mount");
    const auto unmount = qScopeGuard([&] { QProcess::execute("umount", {small}); });
    const std::string path = (small + "/lesson.nudge").toStdString();
    const std::vector<std::uint8_t> prior(60'000, 7);
    const auto resize = [&](int size_kB) {
      return QProcess::execute("mount", {"-o", QString("remount,size=%1k").arg(size_kB), small}) == 0;
    };
    int full = 0;
    for (int size_kB = 40; size_kB <= 800; size_kB += 20) {
      for (const bool copies : {false, true}) {
        QVERIFY(resize(size_kB));
        const auto made = copies ? copyLesson(path_, path) : [&]() -> Status {
          const auto store = Store::create(path, lessonInfo(), prior);
          return store ? Status() : Status(store.error());
        }();
        QVERIFY(resize(2000));
        if (!made) {
          ++full;
          QVERIFY2(made.error().code == ErrorCode::Full, made.error().message.c_str());
        }
        if (made || fs::exists(path)) QVERIFY(Store::open(path, OpenMode::ReadOnly)->checkStructure()->empty());
        sessions::discard(path);
        QCOMPARE(QDir(small).entryList(QDir::Files).join(' '), QString());
      }
    }
    QVERIFY2(full > 5 && full < 70, qPrintable(QString::number(full)));
  }
};

QTEST_GUILESS_MAIN(BadPlacesTest)
#include "bad_places_test.moc"
