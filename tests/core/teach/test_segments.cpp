#include <QtTest>
#include <limits>

#include "core/base/random.h"
#include "core/teach/lead_in.h"

using namespace nudge;

namespace {

/// 'r' robot, 'T' teacher.
std::vector<Driver> drivers(const char* text) {
  std::vector<Driver> result;
  for (; *text; ++text) result.push_back(*text == 'T' ? Driver::Teacher : Driver::Robot);
  return result;
}

/// One letter a step: E, g, b, x; '|' before every segment but the first.
QString picture(const std::vector<Segment>& segments) {
  QString text;
  for (const Segment& segment : segments) {
    if (!text.isEmpty()) text += '|';
    text += QString(segment.end - segment.begin, QChar("Egbx"[static_cast<int>(segment.verdict)]));
  }
  return text;
}

QString picture(const char* who, int reaction, const std::vector<Mark>& marks = {}) {
  return picture(makeSegments(drivers(who), reaction, marks));
}

Mark paint(int begin, int end, Verdict verdict) { return {0, 1, MarkKind::Paint, begin, end, verdict, ""}; }
Mark cut(int at) { return {0, 1, MarkKind::Cut, at, at, Verdict::Good, ""}; }
Mark restore(int begin, int end) { return {0, 1, MarkKind::Restore, begin, end, Verdict::Good, ""}; }

}  // namespace

class TestSegments : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void reactionWindowIsRobotStepsBeforeEachTakeOver() {
    QCOMPARE(picture("rrrrrTTrr", 2), "ggg|bb|EE|gg");
    QCOMPARE(picture("rTTrrrrT", 3), "b|EE|g|bbb|E");  // clipped at the start
    QCOMPARE(picture("rrTrT", 10), "bb|E|b|E");        // never reaches past the teacher's own steps
    QCOMPARE(picture("TTrr", 2), "EE|gg");
    QCOMPARE(picture("rrTT", 0), "gg|EE");
    QCOMPARE(picture("rrTT", -5), "gg|EE");
    QCOMPARE(picture("", 3), "");
  }

  void leadInsEndAtTakeOvers() {
    const auto found = [](const char* who, int reaction, const std::vector<Mark>& marks = {}) {
      const std::vector<Driver> all = drivers(who);
      QStringList text;
      for (const LeadIn& each : leadIns(all, makeSegments(all, reaction, marks)))
        text << QStringLiteral("%1-%2").arg(each.begin).arg(each.end);
      return text.join(' ');
    };
    QCOMPARE(found("rrrrTTrrrrTT", 2), QString("2-4 8-10"));
    QCOMPARE(found("rrrrTTrTT", 3), QString("1-4 6-7"));       // no farther back than to the last correction
    QCOMPARE(found("TTrr", 3), QString());                     // nothing lies before the first step
    QCOMPARE(found("rrrrrrTT", 0), QString());
    QCOMPARE(found("rrrrrrTT", 2, {paint(1, 5, Verdict::Bad)}), QString("1-6"));  // dragged by a person
    QCOMPARE(found("rrrrrrTT", 2, {paint(3, 6, Verdict::Good)}), QString());
    QCOMPARE(found("rrrrrrTT", 3, {cut(4)}), QString("3-6"));  // a split makes no second one
    QCOMPARE(found("rrTTrrTT", 2, {paint(2, 6, Verdict::Bad)}), QString("4-6"));  // spoilt corrections are none
    QCOMPARE(found("rrrr", 2, {paint(0, 4, Verdict::Bad)}), QString());
  }

  void reactionStepsRounds() {
    QCOMPARE(reactionSteps(0.5, 20.0), 10);
    QCOMPARE(reactionSteps(0.26, 10.0), 3);
    QCOMPARE(reactionSteps(-1.0, 20.0), 0);
    QCOMPARE(reactionSteps(std::numeric_limits<double>::quiet_NaN(), 20.0), 0);
    QCOMPARE(reactionSteps(1e300, 20.0), std::numeric_limits<int>::max());
  }

  void paintOverridesInOrder() {
    QCOMPARE(picture("rrrrTTTT", 1, {paint(0, 2, Verdict::Bad)}), "bb|g|b|EEEE");
    QCOMPARE(picture("rrrrrr", 1, {paint(0, 4, Verdict::Bad), paint(2, 6, Verdict::Excluded)}), "bb|xxxx");
    QCOMPARE(picture("rrTTTT", 0, {paint(3, 5, Verdict::Bad)}), "gg|E|bb|E");  // a fumbled correction
    QCOMPARE(picture("rrTT", 0, {paint(2, 4, Verdict::Good)}), "gggg");
  }

  void robotStepsNeverBecomeExpert() {
    QCOMPARE(picture("rrTTrr", 2, {paint(0, 6, Verdict::Expert)}), "gg|EE|gg");
  }

  void marksAreClipped() {
    QCOMPARE(picture("rrrr", 0, {paint(-5, 2, Verdict::Bad)}), "bb|gg");
    QCOMPARE(picture("rrrr", 0, {paint(2, 99, Verdict::Bad)}), "gg|bb");
    QCOMPARE(picture("rrrr", 0, {paint(3, 1, Verdict::Bad), paint(9, 12, Verdict::Bad)}), "gggg");
    QCOMPARE(picture("rrrr", 0, {cut(0), cut(4), cut(-1), cut(99)}), "gggg");
    const int most = std::numeric_limits<int>::max(), least = std::numeric_limits<int>::min();
    QCOMPARE(picture("rrrr", 0, {paint(least, most, Verdict::Bad), restore(least, 1)}), "g|bbb");
  }

  void cutsSplitAndRestoreMends() {
    QCOMPARE(picture("rrrrrr", 0, {cut(2), cut(4)}), "gg|gg|gg");
    QCOMPARE(picture("rrrrrr", 0, {cut(2), cut(4), restore(2, 6)}), "gg|gggg");  // cuts at its ends stay
    QCOMPARE(picture("rrrrTT", 2, {paint(0, 6, Verdict::Excluded), restore(0, 6)}), "gg|bb|EE");
    QCOMPARE(picture("rrrr", 0, {cut(2), paint(0, 4, Verdict::Bad)}), "bbbb");  // painting makes one piece
    QCOMPARE(picture("rrrr", 0, {cut(2), paint(2, 4, Verdict::Good)}), "gg|gg");  // but its own ends stay
  }

  void cutsMove() {
    const auto moved = [](int from, int to) {
      return Mark{0, 1, MarkKind::Cut, std::min(from, to), std::max(from, to), Verdict::Good, ""};
    };
    QCOMPARE(picture("rrrrrr", 0, {cut(2), moved(2, 4)}), "gggg|gg");
    QCOMPARE(picture("rrrrrr", 0, {cut(4), moved(4, 1)}), "g|ggggg");
    QCOMPARE(picture("rrrrrr", 0, {cut(2), moved(2, 4), moved(4, 2)}), "gg|gggg");
    QCOMPARE(picture("rrrrrr", 0, {cut(2), moved(2, 6), moved(0, 2)}), "gg|gggg");  // not out of the episode
    QCOMPARE(picture("rrrrrr", 0, {moved(2, 4)}), "gggggg");  // nothing stood there
  }

  void byPersonFollowsThePaint() {
    const auto who = drivers("rrrrrr");
    const std::vector<Mark> marks{paint(0, 2, Verdict::Bad), cut(4), paint(5, 6, Verdict::Good)};
    const auto segments = makeSegments(who, 0, marks);
    QCOMPARE(segments.size(), std::size_t{3});
    QVERIFY(segments[0].byPerson);
    QVERIFY(!segments[1].byPerson);
    QVERIFY(segments[2].byPerson);  // [4, 6): one of its steps was painted
    const std::vector<Mark> undone{marks[0], restore(0, 6)};
    for (const Segment& segment : makeSegments(who, 0, undone)) QVERIFY(!segment.byPerson);
  }

  void randomMarksAlwaysCover() {
    Random random(7);
    for (int trial = 0; trial < 3000; ++trial) {
      const int steps = static_cast<int>(random.index(40));
      std::vector<Driver> who;
      for (int i = 0; i < steps; ++i)
        who.push_back(i > 0 && random.uniform() < 0.7 ? who.back() : static_cast<Driver>(random.index(2)));
      std::vector<Mark> marks;
      for (auto count = random.index(8); count > 0; --count) {
        const int begin = static_cast<int>(random.index(60)) - 10;
        marks.push_back({0, 1, static_cast<MarkKind>(random.index(3)), begin,
                         begin + static_cast<int>(random.index(30)) - 5, static_cast<Verdict>(random.index(4)), ""});
      }
      int at = 0;
      for (const Segment& segment : makeSegments(who, static_cast<int>(random.index(12)), marks)) {
        QCOMPARE(segment.begin, at);
        QVERIFY(segment.end > segment.begin);
        if (segment.verdict == Verdict::Expert)
          for (int i = segment.begin; i < segment.end; ++i) QCOMPARE(who[i], Driver::Teacher);
        at = segment.end;
      }
      QCOMPARE(at, steps);
      marks.push_back(restore(-100, 100));
      QCOMPARE(makeSegments(who, 3, marks), makeSegments(who, 3, {}));  // restoring everything forgets everything
    }
  }

  void interventionRateCountsTeacherSteps() {
    QCOMPARE(interventionRate({}), 0.0);
    const auto who = drivers("rTTr");
    QCOMPARE(interventionRate(who), 0.5);
  }
};

QTEST_APPLESS_MAIN(TestSegments)
#include "test_segments.moc"
