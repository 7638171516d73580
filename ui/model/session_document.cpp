#include "ui/model/session_document.h"

#include <limits>
#include <utility>

#include "ui/model/session_document_impl.h"

namespace nudge {

namespace {

// Reading stops after this long and goes on at the next refresh: the window stays fluid on long lessons.
constexpr qint64 kOpenBudget_ms = 300;
// A damaged round number must not become a huge chart.
constexpr int kMaxRounds = 10'000;

}  // namespace

SessionDocument::SessionDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SessionDocument::~SessionDocument() = default;

Result<std::unique_ptr<SessionDocument>> SessionDocument::open(const QString& path, bool readOnly) {
  const std::string name = path.toStdString();
  auto store = Store::open(name, readOnly ? OpenMode::ReadOnly : OpenMode::ReadWrite);
  if (!store && !readOnly && store.error().code == ErrorCode::ReadOnly)
    store = Store::open(name, OpenMode::ReadOnly);
  if (!store) return store.error();
  auto impl = std::make_unique<Impl>(std::move(store).value());
  impl->path = path;
  impl->readOnly = readOnly || impl->store.readOnly();
  std::unique_ptr<SessionDocument> document(new SessionDocument(std::move(impl)));
  if (auto read = document->readChanges(); !read) return read.error();
  document->readTracks(kOpenBudget_ms, false);
  return document;
}

QString SessionDocument::path() const {
  return impl_->path;
}
const LessonInfo& SessionDocument::info() const {
  return impl_->store.info();
}
void SessionDocument::setFeatureTitles(QStringList titles) {
  impl_->featureTitles = std::move(titles);
}
QStringList SessionDocument::featureTitles() const {
  const auto& names = info().features;
  if (impl_->featureTitles.size() == static_cast<qsizetype>(names.size())) return impl_->featureTitles;
  QStringList titles;
  for (const std::string& name : names) titles << QString::fromStdString(name).replace(u'_', u' ');
  return titles;
}
bool SessionDocument::readOnly() const {
  return impl_->readOnly;
}
const std::vector<EpisodeView>& SessionDocument::episodes() const {
  return impl_->episodes;
}
const EpisodeView* SessionDocument::episode(qint64 number) const {
  return impl_->find(number);
}
const std::vector<PolicyVersion>& SessionDocument::policies() const {
  return impl_->policies;
}
const std::vector<Update>& SessionDocument::updates() const {
  return impl_->updates;
}
int SessionDocument::activeVersion() const {
  return impl_->activeVersion;
}
QString SessionDocument::undoText() const {
  return impl_->undoText;
}
QString SessionDocument::redoText() const {
  return impl_->redoText;
}

Result<std::vector<double>> SessionDocument::state(qint64 episode, int index) const {
  return impl_->store.state(episode, index);
}

bool SessionDocument::setActiveVersion(int version) {
  if (refuseReadOnly()) return false;
  if (version == impl_->activeVersion) return true;
  if (auto set = impl_->store.setActiveVersion(version); !set) return fail(set.error());
  impl_->activeVersion = version;
  Q_EMIT policiesChanged();
  return true;
}

std::vector<SessionDocument::RoundRate> SessionDocument::rates() const {
  std::vector<RoundRate> rates;
  for (const EpisodeView& view : impl_->episodes) {
    const int round = view.row.start.round;
    if (round < 1 || round > kMaxRounds || view.row.practice) continue;
    while (static_cast<int>(rates.size()) < round)
      rates.push_back({static_cast<int>(rates.size()) + 1, 0, 0});
    RoundRate& rate = rates[static_cast<std::size_t>(round - 1)];
    rate.steps += view.row.steps;
    rate.teacherSteps += view.row.teacherSteps;
  }
  return rates;
}

bool SessionDocument::setReaction(double reaction_s) {
  if (refuseReadOnly()) return false;
  if (auto set = impl_->store.setReaction(reaction_s); !set) return fail(set.error());
  return true;
}

// ---- marks --------------------------------------------------------------------------------------

bool SessionDocument::fail(const Error& error) {
  Q_EMIT failed(QString::fromStdString(error.message));
  return false;
}

bool SessionDocument::refuseReadOnly() {
  if (impl_->readOnly) Q_EMIT failed(tr("This lesson is open read-only: nothing was changed."));
  return impl_->readOnly;
}

std::vector<Segment> SessionDocument::preview(const Mark& mark) const {
  const EpisodeView* view = impl_->find(mark.episode);
  if (!view) return {};
  std::vector<Mark> marks = impl_->marksOf(mark.episode);
  marks.push_back(mark);
  marks.back().revision = std::numeric_limits<std::int64_t>::max();
  return makeSegments(view->drivers, impl_->reactionOf(*view), marks);
}

bool SessionDocument::add(Mark mark) {
  const EpisodeView* view = impl_->find(mark.episode);
  if (!view) return false;
  if (preview(mark) == view->segments) return false;  // an undo step that does nothing helps nobody
  if (refuseReadOnly()) return false;
  const std::int64_t episode = mark.episode;
  // The file hears of an episode half a second after it began. Marks are stored in the order they were made.
  if (!impl_->held.empty() || (view->live && view->inFile == 0)) {
    impl_->held.push_back(std::move(mark));
    storeHeldMarks();
  } else if (auto added = impl_->store.addMark(std::move(mark)); !added) {
    return fail(added.error());
  }
  return readMarksOf(episode);
}

void SessionDocument::storeHeldMarks() {
  std::vector<Mark>& held = impl_->held;
  while (!held.empty()) {
    auto added = impl_->store.addMark(held.front());
    if (!added && added.error().code == ErrorCode::NotFound) return;
    const std::int64_t episode = held.front().episode;
    held.erase(held.begin());
    if (!added) fail(added.error());
    readMarksOf(episode);
  }
}

bool SessionDocument::readMarksOf(qint64 episode) {
  auto marks = impl_->store.marks(episode);
  if (!marks) return fail(marks.error());
  impl_->marks[episode] = std::move(marks).value();
  if (EpisodeView* view = impl_->find(episode)) {
    impl_->makeSegmentsOf(*view);
    Q_EMIT episodeChanged(episode);
  }
  readUndo();
  return true;
}

bool SessionDocument::paint(qint64 episode, int begin, int end, Verdict verdict, const QString& text) {
  const EpisodeView* view = impl_->find(episode);
  if (!view) return false;
  begin = std::max(begin, 0);
  end = std::min(end, static_cast<int>(view->drivers.size()));
  if (begin >= end) return false;
  return add({0, episode, MarkKind::Paint, begin, end, verdict, text.toStdString()});
}

bool SessionDocument::cut(qint64 episode, int at) {
  const EpisodeView* view = impl_->find(episode);
  if (!view || at <= 0 || at >= static_cast<int>(view->drivers.size())) return false;
  return add({0, episode, MarkKind::Cut, at, at, Verdict::Good, tr("split").toStdString()});
}

bool SessionDocument::restoreAutomatic(qint64 episode, int begin, int end) {
  const EpisodeView* view = impl_->find(episode);
  if (!view) return false;
  begin = std::max(begin, 0);
  end = std::min(end, static_cast<int>(view->drivers.size()));
  if (begin >= end) return false;
  return add(
      {0, episode, MarkKind::Restore, begin, end, Verdict::Good, tr("back to automatic").toStdString()});
}

void SessionDocument::undo() {
  shift(&Store::undoMark);
}
void SessionDocument::redo() {
  shift(&Store::redoMark);
}

void SessionDocument::shift(Result<std::optional<Mark>> (Store::*change)()) {
  if (refuseReadOnly()) return;
  if (!impl_->held.empty()) {
    if (change != &Store::undoMark) return;
    const std::int64_t episode = impl_->held.back().episode;
    impl_->held.pop_back();
    readMarksOf(episode);
    return;
  }
  auto mark = (impl_->store.*change)();
  if (!mark) {
    fail(mark.error());
  } else if (mark->has_value()) {
    readMarksOf((*mark)->episode);
  }
}

void SessionDocument::readUndo() {
  const auto text = [](const Result<std::optional<Mark>>& mark) {
    return mark && mark->has_value() ? QString::fromStdString((*mark)->text) : QString();
  };
  const bool waiting = !impl_->held.empty();
  const QString undoText = waiting ? QString::fromStdString(impl_->held.back().text) : text(impl_->store.nextUndo());
  const QString redoText = waiting ? QString() : text(impl_->store.nextRedo());
  if (undoText == impl_->undoText && redoText == impl_->redoText) return;
  impl_->undoText = undoText;
  impl_->redoText = redoText;
  Q_EMIT undoChanged();
}

}  // namespace nudge
