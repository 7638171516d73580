#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>

#include "tests/sessions/lesson_on_disk.h"

using namespace nudge;
using namespace nudge::test;

/// Who may record in a lesson, and when a claim is stale.
class ClaimTest : public QObject, private LessonOnDisk {
  Q_OBJECT

 private Q_SLOTS:
  void init() { newFolder(); }

  void theSecondRecorderIsToldWhoRecords() {
    makeLesson();
    auto first = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(first->claim());
    VERIFY_OK(first->claim());
    auto second = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_FAILS(second->claim(), ErrorCode::Busy);
    const QString message = QString::fromStdString(second->claim().error().message);
    QVERIFY2(message.contains(
                 QString("process %1 on %2 since 20").arg(::getpid()).arg(QSysInfo::machineHostName())),
             qPrintable(message));
    VERIFY_FAILS(second->beginEpisode(episodeStart(3)), ErrorCode::Busy);
    VERIFY_OK(
        second->addMark({0, 1, MarkKind::Cut, 5, 5, Verdict::Good, "split"}));  // marking needs no claim
    VERIFY_OK(first->beginEpisode(episodeStart(3)));
    { const Store closed = std::move(first).value(); }
    VERIFY_OK(second->claim());
  }

  void aStaleClaimIsReplaced_data() {
    QTest::addColumn<QString>("change");
    QTest::addColumn<bool>("replaced");
    QTest::newRow("dead process") << "pid = 4194304" << true;
    QTest::newRow("nonsense pid") << "pid = -1" << true;
    QTest::newRow("pid of a later process") << "pid = 1, process_start = process_start + 123456789" << true;
    QTest::newRow("closed store of this process") << "token = token + 1000000" << true;
    QTest::newRow("before a restart") << "boot_id = 'another'" << true;
    QTest::newRow("another computer") << "host = 'kitchen', boot_id = 'another'" << false;
  }
  void aStaleClaimIsReplaced() {
    QFETCH(QString, change);
    QFETCH(bool, replaced);
    makeLesson();
    auto first = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(first->claim());
    tamper(path_, {"UPDATE recorder SET " + change.toStdString()});
    auto second = Store::open(path_, OpenMode::ReadWrite);
    if (!replaced) {
      VERIFY_FAILS(second->claim(), ErrorCode::Busy);
      QVERIFY(second->claim().error().message.find("kitchen") != std::string::npos);
    }
    VERIFY_OK(second->claim(!replaced));
    VERIFY_FAILS(first->beginEpisode(episodeStart(3)), ErrorCode::Busy);
    VERIFY_OK(second->beginEpisode(episodeStart(3)));
  }

  void aDeadRecorderWhoseParentSleepsIsReplaced() {
    makeLesson();
    const pid_t child = ::fork();
    if (child == 0) {
      auto store = Store::open(path_, OpenMode::ReadWrite);
      const bool claimed = store.ok() && store->claim().ok();
      ::_exit(claimed ? 0 : 1);  // leaves its row behind, as a crash does
    }
    siginfo_t info;
    QCOMPARE(::waitid(P_PID, id_t(child), &info, WEXITED | WNOWAIT), 0);  // dead, and still in the process table
    const auto reap = qScopeGuard([&] { ::waitpid(child, nullptr, 0); });
    QCOMPARE(info.si_status, 0);
    auto store = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(store);
    VERIFY_OK(store->claim());
  }
};

QTEST_GUILESS_MAIN(ClaimTest)
#include "claim_test.moc"
