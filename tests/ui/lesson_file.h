// A lesson in a real session file for tests of what shows it: the writer's side of the file.
#pragma once

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "sessions/store.h"
#include "ui/model/session_document.h"

namespace nudge::test {

inline LessonInfo smallLesson() {
  LessonInfo info;
  info.task = "bottle";
  info.mjcf = "<mujoco/>";
  info.mujocoVersion = "2.2.2";
  info.nudgeVersion = "0.1.0";
  info.controlRate_hz = 20.0;
  info.observation = {"x"};
  info.action = {"vx"};
  info.features = {"tool_height", "effort"};
  info.stateSize = 2;
  info.created = "2024-01-02T03:04:05Z";
  return info;
}

/// Step `index`: the tool goes down while somebody teaches.
inline Step lessonStep(std::int64_t episode, int index, Driver driver) {
  Step step;
  step.index = index;
  step.wallTime_s = index * 0.05;
  step.driver = driver;
  step.observation = {static_cast<float>(index)};
  step.proposal = {0.0f};
  step.action = {0.1f};
  const double height = 0.65 + 0.2 * std::sin(0.07 * index + static_cast<double>(episode));
  step.features = {static_cast<float>(driver == Driver::Teacher ? 0.12 + 0.2 * height : height), 0.25f};
  step.state = {static_cast<double>(episode), static_cast<double>(index)};
  return step;
}

/// "rrrrTTTT": who drove each step. Upper case is the teacher.
class LessonFile {
 public:
  LessonFile() : path_(folder_.filePath(QStringLiteral("lesson.nudge"))) {
    const std::vector<std::uint8_t> prior(64, 7);
    auto created = Store::create(path_.toStdString(), smallLesson(), prior);
    if (!created) qFatal("%s", created.error().message.c_str());
    store_ = std::make_unique<Store>(std::move(created).value());
    if (auto claimed = store_->claim(); !claimed) qFatal("%s", claimed.error().message.c_str());
  }

  const QString& path() const { return path_; }
  Store& store() { return *store_; }

  void begin(std::int64_t episode, int policyVersion = 0, int round = 1) {
    ok(store_->beginEpisode({episode, 42, policyVersion, round}));
    steps_ = 0;
  }
  void append(std::int64_t episode, const std::string& who) {
    std::vector<Step> steps;
    for (const char c : who)
      steps.push_back(lessonStep(episode, steps_++, c == 'T' ? Driver::Teacher : Driver::Robot));
    ok(store_->appendSteps(episode, steps));
  }
  void end(std::int64_t episode, bool success = true) {
    EpisodeEnd end;
    end.success = success;
    end.observation = {0.0f};
    end.state = {static_cast<double>(episode), static_cast<double>(steps_)};
    ok(store_->endEpisode(episode, end));
  }
  void record(std::int64_t episode, const std::string& who, bool success = true, int policyVersion = 0,
              int round = 1) {
    begin(episode, policyVersion, round);
    append(episode, who);
    end(episode, success);
  }
  /// A finished update with a new version 1, 2, …
  int learn(int round, double theta, const std::string& report = "{}") {
    Update update;
    update.baseVersion = round - 1;
    update.round = round;
    auto id = store_->beginUpdate(update);
    if (!id) qFatal("%s", id.error().message.c_str());
    update.id = *id;
    update.outcome = UpdateOutcome::NewPolicy;
    update.theta = {theta, -0.02};
    update.thetaHalfWidth = {0.1, 0.1};
    update.report = report;
    PolicyVersion policy;
    policy.version = round;
    policy.parent = round - 1;
    policy.weights.assign(64, static_cast<std::uint8_t>(round));
    policy.theta = update.theta;
    auto version = store_->finishUpdate(update, &policy);
    if (!version) qFatal("%s", version.error().message.c_str());
    return *version;
  }

  std::unique_ptr<SessionDocument> open(bool readOnly = false) const {
    auto document = SessionDocument::open(path_, readOnly);
    if (!document) qFatal("%s", document.error().message.c_str());
    return std::move(document).value();
  }
  /// Segments as the file holds them: "0-4 good, 4-8 expert".
  QString segments(std::int64_t episode) const {
    QStringList parts;
    const auto segments = store_->segments(episode);
    if (!segments) return QString::fromStdString(segments.error().message);
    for (const Segment& s : *segments)
      parts << QStringLiteral("%1-%2 %3").arg(s.begin).arg(s.end).arg(QLatin1String(name(s.verdict)));
    return parts.join(QStringLiteral(", "));
  }

 private:
  static void ok(const Status& status) {
    if (!status) qFatal("%s", status.error().message.c_str());
  }

  QTemporaryDir folder_;
  QString path_;
  std::unique_ptr<Store> store_;
  int steps_ = 0;
};

inline std::string times(int count, char c) {
  return std::string(static_cast<std::size_t>(count), c);
}

}  // namespace nudge::test
