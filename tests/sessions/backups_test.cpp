#include <SQLiteCpp/SQLiteCpp.h>

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <set>

#include "sessions/backups.h"
#include "sessions/place.h"
#include "tests/sessions/lesson.h"

using namespace nudge;
using namespace nudge::test;

/// Backups by age, the way back to one, and where a lesson lies.
class BackupsTest : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  std::string path_;

  void makeLesson(int episodes) {
    auto store = Store::create(path_, lessonInfo(), weights());
    VERIFY_OK(store);
    VERIFY_OK(recordEpisodes(*store, episodes, 45));
  }
  void record(std::int64_t episode) {
    auto store = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(store->beginEpisode(episodeStart(episode)));
    VERIFY_OK(store->appendSteps(episode, steps(episode, 0, 20)));
    VERIFY_OK(store->endEpisode(episode, episodeEnd()));
  }
  std::size_t episodes(const std::string& path) {
    const auto store = Store::open(path, OpenMode::ReadOnly);
    return store ? store->episodes()->size() : 0;
  }

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = folder_->filePath("lesson.nudge").toStdString();
  }

  void whichAreWorthKeeping() {
    constexpr std::int64_t kHour = 3600, kDay = 24 * kHour;
    const std::int64_t noon = 20'000 * kDay + 12 * kHour;
    QVERIFY(backupsWorthKeeping({}).empty());
    // Every hour for 100 days: three newest, one of each of seven days, one of each of four weeks.
    std::vector<std::int64_t> hourly;
    for (std::int64_t hour = 0; hour < 100 * 24; ++hour) hourly.push_back(noon - hour * kHour);
    const auto kept = backupsWorthKeeping(hourly);
    QCOMPARE(kept[0], noon);
    QCOMPARE(kept[2], noon - 2 * kHour);
    QVERIFY(std::is_sorted(kept.begin(), kept.end(), std::greater<>()));
    std::set<std::int64_t> days, weeks;
    for (const std::int64_t time : kept) days.insert(time / kDay), weeks.insert(time / (7 * kDay));
    QVERIFY2(kept.size() >= 11 && kept.size() <= 14, qPrintable(QString::number(kept.size())));
    QVERIFY(days.size() >= 7);
    QCOMPARE(weeks.size(), 4u);
    // What is kept once is kept until something newer takes its place: thinning again changes nothing.
    QCOMPARE(backupsWorthKeeping(kept), kept);
    // A lesson that is taught once a month keeps its four newest weeks.
    QCOMPARE(backupsWorthKeeping({noon, noon - 30 * kDay, noon - 60 * kDay, noon - 90 * kDay, noon - 120 * kDay}).size(), 5u);
  }

  void madeOnceForEachChange() {
    makeLesson(0);
    QCOMPARE(makeBackup(path_).value(), std::string());  // nothing to lose yet
    record(1);
    const auto first = makeBackup(path_);
    VERIFY_OK(first);
    QVERIFY(!first->empty());
    QCOMPARE(makeBackup(path_).value(), std::string());
    {
      auto store = Store::open(path_, OpenMode::ReadWrite);
      VERIFY_OK(store->addMark({0, 1, MarkKind::Paint, 3, 9, Verdict::Bad, "mark"}));
    }
    QCOMPARE(makeBackup(path_, 60.0).value(), std::string());  // changed, but the newest is young
    QVERIFY(!makeBackup(path_)->empty());
    VERIFY_OK(Store::open(path_, OpenMode::ReadWrite)->undoMark());
    QVERIFY(!makeBackup(path_)->empty());
    const auto backups = backupsOf(path_);
    QCOMPARE(backups.size(), 3u);
    for (const Backup& backup : backups) {
      const auto store = Store::open(backup.path, OpenMode::ReadOnly);
      VERIFY_OK(store);
      QVERIFY(store->checkStructure()->empty());
    }
    QVERIFY(qAbs(backups.front().made_s - QDateTime::currentSecsSinceEpoch()) < 60);
  }

  void madeWhileSomebodyRecords() {
    makeLesson(1);
    auto recording = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(recording->beginEpisode(episodeStart(2)));
    VERIFY_OK(recording->appendSteps(2, steps(2, 0, 20)));
    const auto backup = makeBackup(path_);
    VERIFY_OK(backup);
    VERIFY_OK(recording->appendSteps(2, steps(2, 20, 40)));
    QCOMPARE(Store::open(*backup, OpenMode::ReadOnly)->episode(2)->steps.size(), 20u);
    auto other = Store::open(*backup, OpenMode::ReadWrite);
    VERIFY_OK(other->claim());  // nobody records into the copy
  }

  void stoppedOnTheWayLeavesNothing() {
    makeLesson(1);
    const std::atomic<bool> stop{true};
    const auto stopped = makeBackup(path_, 0.0, &stop);
    VERIFY_OK(stopped);
    // A lesson this small is copied in one go; whatever happened is whole.
    QCOMPARE(backupsOf(path_).size(), stopped->empty() ? 0u : 1u);
    QVERIFY(QDir(folder_->path()).entryList({"*part*"}).isEmpty());
  }

  void backAndForth() {
    makeLesson(1);
    const std::string before = makeBackup(path_).value();
    record(2);
    const std::string now = Store::open(path_, OpenMode::ReadOnly)->contentHash().value();
    const auto kept = restoreBackup(path_, before);
    VERIFY_OK(kept);
    QCOMPARE(episodes(path_), 1u);
    QCOMPARE(Store::open(path_, OpenMode::ReadOnly)->contentHash().value(),
             Store::open(before, OpenMode::ReadOnly)->contentHash().value());
    record(2);  // it can be taught on
    QCOMPARE(episodes(*kept), 2u);
    VERIFY_OK(restoreBackup(path_, *kept));
    QCOMPARE(Store::open(path_, OpenMode::ReadOnly)->contentHash().value(), now);
    QVERIFY(Store::open(path_, OpenMode::ReadWrite)->checkStructure()->empty());
  }

  void anUpgradesBackupComesBackInItsFormat() {
    QVERIFY(QFile::copy(QStringLiteral(NUDGE_SOURCE_DIR "/tests/data/format1.nudge"), QString::fromStdString(path_)));
    QFile::setPermissions(QString::fromStdString(path_), QFile::ReadOwner | QFile::WriteOwner);
    record(3);
    const auto backups = backupsOf(path_);
    QCOMPARE(backups.size(), 1u);
    QVERIFY(backups.front().ofUpgrade);
    VERIFY_OK(restoreBackup(path_, backups.front().path));
    QCOMPARE(episodes(path_), 2u);
    for (int i = 0; i < 6; ++i) {
      record(3 + i);
      QVERIFY(!makeBackup(path_)->empty());
    }
    const auto all = backupsOf(path_);
    QVERIFY(std::any_of(all.begin(), all.end(), [](const Backup& each) { return each.ofUpgrade; }));  // never thinned
  }

  void notWhileSomebodyRecords() {
    makeLesson(1);
    const std::string backup = makeBackup(path_).value();
    record(2);
    auto recording = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(recording->claim());
    const std::size_t count = backupsOf(path_).size();
    VERIFY_FAILS(restoreBackup(path_, backup), ErrorCode::Busy);
    QCOMPARE(backupsOf(path_).size(), count);
    VERIFY_OK(recording->beginEpisode(episodeStart(3)));
  }

  void aDamagedLessonIsPutAside() {
    makeLesson(2);
    const std::string backup = makeBackup(path_).value();
    QFile file(QString::fromStdString(path_));
    QVERIFY(file.open(QFile::WriteOnly | QFile::Truncate) && file.write("burnt") > 0);
    file.close();
    VERIFY_FAILS(makeBackup(path_), ErrorCode::Corrupt);
    const auto aside = restoreBackup(path_, backup);
    VERIFY_OK(aside);
    QCOMPARE(episodes(path_), 2u);
    QFile old(QString::fromStdString(*aside));
    QVERIFY(old.open(QFile::ReadOnly));
    QCOMPARE(old.readAll(), QByteArray("burnt"));
    QVERIFY(aside->find("damaged") != std::string::npos);
  }

  void aLessonThatIsGoneComesBack() {
    makeLesson(2);
    const std::string backup = makeBackup(path_).value();
    QVERIFY(QFile::remove(QString::fromStdString(path_)));
    QCOMPARE(backupsOf(path_).size(), 1u);
    QCOMPARE(restoreBackup(path_, backup).value(), std::string());
    QCOMPARE(episodes(path_), 2u);
  }

  void aDamagedBackupChangesNothing() {
    makeLesson(2);
    const QString backup = QString::fromStdString(path_ + ".backup-20240131T120000Z");
    QFile file(backup);
    QVERIFY(file.open(QFile::WriteOnly) && file.write(QByteArray(5000, 'x')) > 0);
    file.close();
    QCOMPARE(backupsOf(path_).front().made_s, 1'706'702'400);
    VERIFY_FAILS(restoreBackup(path_, backup.toStdString()), ErrorCode::Corrupt);
    VERIFY_FAILS(restoreBackup(path_, path_ + ".backup-none"), ErrorCode::NotFound);
    QCOMPARE(episodes(path_), 2u);
    QCOMPARE(backupsOf(path_).size(), 1u);
  }

  void otherFilesAreNoBackups() {
    makeLesson(1);
    for (const char* name : {"lesson.nudge.backup-", "lesson.nudge.backup-yesterday", "lesson.nudge.backup-20240131T120000Z.part12",
                             "lesson.nudge.part12", "lesson.nudge.damaged-20240131T120000Z", "lesson.nudge.old",
                             "other.nudge.backup-20240131T120000Z"}) {
      QFile file(folder_->filePath(name));
      QVERIFY(file.open(QFile::WriteOnly));
    }
    QVERIFY(backupsOf(path_).empty());
    QVERIFY(backupsOf("/nowhere/at/all.nudge").empty());
  }

  void tooLittleSpaceMakesNone() {
    const QString small = folder_->filePath("small");
    QVERIFY(QDir().mkdir(small));
    if (QProcess::execute("mount", {"-t", "tmpfs", "-o", "size=8m", "tmpfs", small}) != 0) QSKIP("needs root to mount");
    const auto unmount = qScopeGuard([&] { QProcess::execute("umount", {small}); });
    path_ = (small + "/lesson.nudge").toStdString();
    makeLesson(2);
    VERIFY_FAILS(makeBackup(path_), ErrorCode::Full);
    QVERIFY(backupsOf(path_).empty());
  }

  void placesAreToldApart() {
    QCOMPARE(networkName(0x6969), std::string("NFS"));
    QCOMPARE(networkName(0xFF534D42), std::string("SMB (CIFS)"));
    for (const std::uint64_t local : {0xEF53u, 0x01021994u, 0x9123683Eu, 0x58465342u, 0u})  // ext, tmpfs, btrfs, xfs
      QCOMPARE(networkName(local), std::string());
    makeLesson(0);
    const Place place = placeOf(path_);
    QVERIFY(place.network.empty() && place.synced.empty());
    QVERIFY(place.free_bytes > 0);
    QVERIFY(QDir(folder_->path()).mkpath("deep/er"));
    QVERIFY(QDir(folder_->path()).mkdir(".stfolder"));
    QCOMPARE(placeOf(folder_->filePath("deep/er/lesson.nudge").toStdString()).synced, std::string("Syncthing"));
    QCOMPARE(placeOf("/nowhere/at/all.nudge").free_bytes, -1);
  }
};

QTEST_GUILESS_MAIN(BackupsTest)
#include "backups_test.moc"
