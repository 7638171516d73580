#include "sessions/teachers.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/sessions/lesson.h"

using namespace nudge;
using namespace nudge::test;

/// What a teacher taught can be taken out of a lesson for good, and only that.
class TeachersTest : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  std::string path_;

  void record(Store& store, std::int64_t episode, const char* teacher, bool practice = false) {
    VERIFY_OK(setTeacher(path_, teacher));
    VERIFY_OK(store.beginEpisode(episodeStart(episode), practice));
    for (int first = 0; first < 60; first += 20)
      VERIFY_OK(store.appendSteps(episode, steps(episode, first, first + 20)));
    VERIFY_OK(store.endEpisode(episode, episodeEnd()));
    VERIFY_OK(store.addMark({0, episode, MarkKind::Paint, 3, 9, Verdict::Bad, teacher}));
  }
  void learn(Store& store, std::int64_t lastEpisode, std::uint64_t seed) {
    Update update;
    update.lastEpisode = lastEpisode;
    update.baseVersion = store.activeVersion().value();
    update.id = store.beginUpdate(update).value();
    update.outcome = UpdateOutcome::NewPolicy;
    update.theta = {0.5, -0.25, 0.0};
    PolicyVersion policy;
    policy.weights = weights(seed);
    policy.theta = update.theta;
    VERIFY_OK(store.finishUpdate(update, &policy));
  }
  /// A piece of an episode's first chunk, as it lies in the file.
  QByteArray pieceOf(std::int64_t episode) const {
    SQLite::Database database(path_);
    SQLite::Statement query(database, "SELECT state FROM step_chunk WHERE episode = ? AND first_step = 0");
    query.bind(1, episode);
    if (!query.executeStep()) return {};
    const SQLite::Column state = query.getColumn(0);
    return QByteArray(static_cast<const char*>(state.getBlob()), state.getBytes()).mid(100, 24);
  }
  bool bytesHold(const QByteArray& piece) const {
    QFile file(QString::fromStdString(path_));
    return piece.size() == 24 && file.open(QFile::ReadOnly) && file.readAll().contains(piece);
  }

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = folder_->filePath("lesson.nudge").toStdString();
    LessonInfo info = lessonInfo();
    info.teacher = "";
    auto store = Store::create(path_, info, weights());
    VERIFY_OK(store);
    record(*store, 1, "Adele");
    learn(*store, 1, 2);
    record(*store, 2, "Bruno");
    learn(*store, 2, 3);
    record(*store, 3, "Adele");
  }

  void everyoneIsListed() {
    const auto teachers = teachersOf(path_);
    VERIFY_OK(teachers);
    QCOMPARE(teachers->size(), 2u);
    QCOMPARE(teachers->at(0).teacher, std::string("Adele"));
    QCOMPARE(teachers->at(0).episodes, 2);
    QCOMPARE(teachers->at(0).steps, 120);
    QVERIFY(teachers->at(0).now);
    QVERIFY(!teachers->at(1).now);
    VERIFY_FAILS(setTeacher(path_, std::string(300, 'x')), ErrorCode::InvalidInput);
  }

  void theForgottenAreGoneFromTheBytes() {
    const QByteArray mine = pieceOf(2), others = pieceOf(3);
    QVERIFY(bytesHold(mine));
    const auto erasure = forgetTeacher(path_, "Bruno");
    VERIFY_OK(erasure);
    QCOMPARE(erasure->episodes, 1);
    QCOMPARE(erasure->steps, 60);
    QCOMPARE(erasure->marks, 1);
    QCOMPARE(erasure->updates, 1);
    QCOMPARE(erasure->erasedPolicies, std::vector<int>{2});
    QVERIFY(erasure->probes >= 4);
    QCOMPARE(erasure->found, 0);
    QVERIFY(!bytesHold(mine));
    QVERIFY(bytesHold(others));
    const auto store = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(store);
    QVERIFY(store->checkStructure()->empty());
    QCOMPARE(store->episodes()->size(), 2u);
    QCOMPARE(store->policyVersions()->size(), 2u);
    QCOMPARE(store->activeVersion().value(), 0);
    VERIFY_FAILS(forgetTeacher(path_, "Bruno"), ErrorCode::NotFound);
  }

  void practiceTaughtNothing() {
    {
      auto store = Store::open(path_, OpenMode::ReadWrite);
      VERIFY_OK(store);
      record(*store, 4, "Carla", true);
      record(*store, 5, "Adele");
      learn(*store, 5, 4);
    }
    const QByteArray practised = pieceOf(4);
    QVERIFY(bytesHold(practised));
    const auto erasure = forgetTeacher(path_, "Carla");
    VERIFY_OK(erasure);
    QCOMPARE(erasure->episodes, 1);
    QCOMPARE(erasure->updates, 0);
    QVERIFY(erasure->erasedPolicies.empty() && erasure->keptPolicies.empty());
    QVERIFY(!bytesHold(practised));
    QCOMPARE(Store::open(path_, OpenMode::ReadOnly)->activeVersion().value(), 3);
  }

  void nothingIsErasedUnderARecorder() {
    auto recording = Store::open(path_, OpenMode::ReadWrite);
    VERIFY_OK(recording->claim());
    VERIFY_FAILS(forgetTeacher(path_, "Bruno"), ErrorCode::Busy);
    VERIFY_FAILS(forgetTeacher(folder_->filePath("none").toStdString(), "Bruno"), ErrorCode::NotFound);
    QCOMPARE(Store::open(path_, OpenMode::ReadOnly)->episodes()->size(), 3u);
  }
};

QTEST_GUILESS_MAIN(TeachersTest)
#include "teachers_test.moc"
