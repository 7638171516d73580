#include "ui/model/session_document.h"

#include <QElapsedTimer>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

namespace nudge {

namespace {

// Reading stops after this long and goes on at the next refresh: the window stays fluid on long lessons.
constexpr qint64 kOpenBudget_ms = 300;
constexpr qint64 kRefreshBudget_ms = 25;
// A damaged round number must not become a huge chart.
constexpr int kMaxRounds = 10'000;

bool sameMarks(const std::vector<Mark>& a, const std::vector<Mark>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Mark& x, const Mark& y) {
                      return std::tie(x.revision, x.kind, x.begin, x.end, x.verdict) ==
                             std::tie(y.revision, y.kind, y.begin, y.end, y.verdict);
                    });
}

bool sameUpdate(const Update& a, const Update& b) {
  return a.id == b.id && a.outcome == b.outcome && a.resultVersion == b.resultVersion && a.message == b.message;
}

// Recounts what the row says about drivers, for steps that the file does not have yet.
void countDrivers(EpisodeView& view) {
  int teacher = 0, takeOvers = 0;
  Driver before = Driver::Robot;
  for (const Driver driver : view.drivers) {
    teacher += driver == Driver::Teacher;
    takeOvers += driver == Driver::Teacher && before == Driver::Robot;
    before = driver;
  }
  view.row.steps = static_cast<int>(view.drivers.size());
  view.row.teacherSteps = teacher;
  view.row.takeOvers = takeOvers;
}

}  // namespace

struct SessionDocument::Impl {
  explicit Impl(Store s) : store(std::move(s)) {}

  Store store;
  QString path;
  bool readOnly = false;
  std::int64_t dataVersion = -1;
  std::vector<EpisodeView> episodes;              // by number, growing
  std::map<std::int64_t, std::vector<Mark>> marks;  // active ones by episode
  std::vector<PolicyVersion> policies;
  std::vector<Update> updates;
  int activeVersion = 0;
  QString undoText, redoText;

  std::size_t featureCount() const { return store.info().features.size(); }
  int reaction() const { return reactionSteps(store.info().reaction_s, store.info().controlRate_hz); }

  EpisodeView* find(std::int64_t number) {
    const auto at = std::lower_bound(episodes.begin(), episodes.end(), number, [](const EpisodeView& e, auto n) {
      return e.row.start.episode < n;
    });
    return at != episodes.end() && at->row.start.episode == number ? &*at : nullptr;
  }

  EpisodeView& insert(const EpisodeRow& row) {
    const auto at = std::upper_bound(
        episodes.begin(), episodes.end(), row.start.episode,
        [](std::int64_t n, const EpisodeView& e) { return n < e.row.start.episode; });
    EpisodeView view;
    view.row = row;
    view.live = row.outcome == EpisodeOutcome::Running;
    view.inFile = row.steps;
    return *episodes.insert(at, std::move(view));
  }

  void makeSegmentsOf(EpisodeView& view) const {
    const auto found = marks.find(view.row.start.episode);
    view.segments = makeSegments(view.drivers, reaction(),
                                 found == marks.end() ? std::span<const Mark>{} : std::span(found->second));
  }

  // Replaces live steps from the first one that was not read yet by what the file holds now.
  Status loadTrack(EpisodeView& view) {
    auto track = store.track(view.row.start.episode, view.stored);
    if (!track) return track.error();
    const std::size_t read = track->drivers.size(), first = static_cast<std::size_t>(view.stored);
    const std::size_t width = featureCount();
    if (track->begin != view.stored || track->features.size() != read * width ||
        static_cast<int>(first + read) < view.inFile)
      return Error{ErrorCode::Corrupt, "Episode " + std::to_string(view.row.start.episode) +
                                           " is damaged in the file: its steps are not shown. The rest was kept."};
    // Live steps beyond the stored ones stay until they are read, or for good if the episode is over.
    const std::size_t keep = view.live ? std::max(view.drivers.size(), first + read) : first + read;
    view.drivers.resize(keep, Driver::Robot);
    view.features.resize(keep * width, std::numeric_limits<float>::quiet_NaN());
    std::copy(track->drivers.begin(), track->drivers.end(), view.drivers.begin() + view.stored);
    std::copy(track->features.begin(), track->features.end(),
              view.features.begin() + static_cast<std::ptrdiff_t>(first * width));
    view.stored += static_cast<int>(read);
    view.inFile = std::max(view.inFile, view.stored);
    countDrivers(view);
    makeSegmentsOf(view);
    return {};
  }
};

SessionDocument::SessionDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SessionDocument::~SessionDocument() = default;

Result<std::unique_ptr<SessionDocument>> SessionDocument::open(const QString& path, bool readOnly) {
  const std::string name = path.toStdString();
  auto store = Store::open(name, readOnly ? OpenMode::ReadOnly : OpenMode::ReadWrite);
  if (!store && !readOnly && store.error().code == ErrorCode::ReadOnly) store = Store::open(name, OpenMode::ReadOnly);
  if (!store) return store.error();
  auto impl = std::make_unique<Impl>(std::move(store).value());
  impl->path = path;
  impl->readOnly = readOnly || impl->store.readOnly();
  std::unique_ptr<SessionDocument> document(new SessionDocument(std::move(impl)));
  if (auto read = document->readChanges(); !read) return read.error();
  document->readTracks(kOpenBudget_ms, false);
  return document;
}

QString SessionDocument::path() const { return impl_->path; }
const LessonInfo& SessionDocument::info() const { return impl_->store.info(); }
bool SessionDocument::readOnly() const { return impl_->readOnly; }
const std::vector<EpisodeView>& SessionDocument::episodes() const { return impl_->episodes; }
const EpisodeView* SessionDocument::episode(qint64 number) const { return impl_->find(number); }
const std::vector<PolicyVersion>& SessionDocument::policies() const { return impl_->policies; }
const std::vector<Update>& SessionDocument::updates() const { return impl_->updates; }
int SessionDocument::activeVersion() const { return impl_->activeVersion; }
QString SessionDocument::undoText() const { return impl_->undoText; }
QString SessionDocument::redoText() const { return impl_->redoText; }

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
    if (round < 1 || round > kMaxRounds) continue;
    while (static_cast<int>(rates.size()) < round) rates.push_back({static_cast<int>(rates.size()) + 1, 0, 0});
    RoundRate& rate = rates[static_cast<std::size_t>(round - 1)];
    rate.steps += view.row.steps;
    rate.teacherSteps += view.row.teacherSteps;
  }
  return rates;
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
  std::vector<Mark> marks;
  if (const auto found = impl_->marks.find(mark.episode); found != impl_->marks.end()) marks = found->second;
  marks.push_back(mark);
  marks.back().revision = std::numeric_limits<std::int64_t>::max();
  return makeSegments(view->drivers, impl_->reaction(), marks);
}

bool SessionDocument::add(Mark mark) {
  const EpisodeView* view = impl_->find(mark.episode);
  if (!view) return false;
  if (preview(mark) == view->segments) return false;  // an undo step that does nothing helps nobody
  if (refuseReadOnly()) return false;
  const std::int64_t episode = mark.episode;
  if (auto added = impl_->store.addMark(std::move(mark)); !added) return fail(added.error());
  return readMarksOf(episode);
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
  return add({0, episode, MarkKind::Restore, begin, end, Verdict::Good, tr("back to automatic").toStdString()});
}

void SessionDocument::undo() { shift(&Store::undoMark); }
void SessionDocument::redo() { shift(&Store::redoMark); }

void SessionDocument::shift(Result<std::optional<Mark>> (Store::*change)()) {
  if (refuseReadOnly()) return;
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
  const QString undoText = text(impl_->store.nextUndo()), redoText = text(impl_->store.nextRedo());
  if (undoText == impl_->undoText && redoText == impl_->redoText) return;
  impl_->undoText = undoText;
  impl_->redoText = redoText;
  Q_EMIT undoChanged();
}

// ---- reading ------------------------------------------------------------------------------------

void SessionDocument::noteLiveStep(const EpisodeStart& start, int step, Driver driver,
                                   std::span<const float> features) {
  if (step < 0) return;
  EpisodeView* view = impl_->find(start.episode);
  if (!view) {
    EpisodeRow row;
    row.start = start;
    view = &impl_->insert(row);
    Q_EMIT episodesChanged();
    view = impl_->find(start.episode);
  }
  const std::size_t known = view->drivers.size(), wanted = static_cast<std::size_t>(step) + 1;
  if (wanted <= known || !view->live) return;
  const std::size_t width = impl_->featureCount();
  view->drivers.resize(wanted, driver);
  view->features.resize(wanted * width, std::numeric_limits<float>::quiet_NaN());
  if (features.size() == width)
    for (std::size_t i = known; i < wanted; ++i)
      std::copy(features.begin(), features.end(), view->features.begin() + static_cast<std::ptrdiff_t>(i * width));
  countDrivers(*view);
  impl_->makeSegmentsOf(*view);
  Q_EMIT episodeChanged(start.episode);
}

void SessionDocument::refresh() {
  if (auto read = readChanges(); !read) fail(read.error());
  readTracks(kRefreshBudget_ms, true);
}

Status SessionDocument::readChanges() {
  auto version = impl_->store.dataVersion();
  if (!version) return version.error();
  if (*version == impl_->dataVersion) return {};
  if (auto read = readRows(); !read) return read;
  if (auto read = readMarks(); !read) return read;
  if (auto read = readPolicies(); !read) return read;
  // Only now: a read that failed is tried again at the next call.
  impl_->dataVersion = *version;
  return {};
}

Status SessionDocument::readRows() {
  auto rows = impl_->store.episodes();
  if (!rows) return rows.error();
  bool added = false;
  std::vector<std::int64_t> changed;
  for (const EpisodeRow& row : *rows) {
    EpisodeView* view = impl_->find(row.start.episode);
    const bool running = row.outcome == EpisodeOutcome::Running;
    if (!view) {
      impl_->insert(row);
      added = true;
      continue;
    }
    if (row.steps == view->inFile && running == view->live && row.success == view->row.success) continue;
    view->row = row;
    view->inFile = row.steps;
    view->live = running;
    if (static_cast<int>(view->drivers.size()) > row.steps) {
      // While it runs, the file is behind what was shown live; once over, what it holds is what there is.
      if (!running) {
        view->drivers.resize(static_cast<std::size_t>(std::max(row.steps, view->stored)));
        view->features.resize(view->drivers.size() * impl_->featureCount());
      }
      if (running) countDrivers(*view);
      impl_->makeSegmentsOf(*view);
    }
    changed.push_back(row.start.episode);
  }
  if (added) Q_EMIT episodesChanged();
  for (const std::int64_t number : changed) Q_EMIT episodeChanged(number);
  return {};
}

Status SessionDocument::readMarks() {
  auto marks = impl_->store.marks();
  if (!marks) return marks.error();
  std::map<std::int64_t, std::vector<Mark>> byEpisode;
  for (Mark& mark : *marks) byEpisode[mark.episode].push_back(std::move(mark));
  std::swap(byEpisode, impl_->marks);
  for (EpisodeView& view : impl_->episodes) {
    const std::int64_t number = view.row.start.episode;
    if (sameMarks(byEpisode[number], impl_->marks[number])) continue;
    impl_->makeSegmentsOf(view);
    Q_EMIT episodeChanged(number);
  }
  readUndo();
  return {};
}

Status SessionDocument::readPolicies() {
  auto policies = impl_->store.policyVersions();
  if (!policies) return policies.error();
  auto updates = impl_->store.updates();
  if (!updates) return updates.error();
  auto active = impl_->store.activeVersion();
  if (!active) return active.error();
  const bool newUpdates = !std::equal(updates->begin(), updates->end(), impl_->updates.begin(),
                                      impl_->updates.end(), sameUpdate);
  const bool newPolicies = policies->size() != impl_->policies.size() || *active != impl_->activeVersion;
  impl_->policies = std::move(policies).value();
  impl_->updates = std::move(updates).value();
  impl_->activeVersion = *active;
  if (newPolicies) Q_EMIT policiesChanged();
  if (newUpdates) Q_EMIT updatesChanged();
  return {};
}

// Reads steps that the file has and the document has not, newest first.
void SessionDocument::readTracks(qint64 budget_ms, bool report) {
  QElapsedTimer clock;
  clock.start();
  for (std::size_t i = impl_->episodes.size(); i-- > 0;) {
    EpisodeView& view = impl_->episodes[i];
    if (view.stored >= view.inFile) continue;
    if (clock.elapsed() >= budget_ms) return;
    const std::int64_t number = view.row.start.episode;
    if (auto read = impl_->loadTrack(view); !read) {
      if (!report) continue;
      view.inFile = view.stored;  // said once
      fail(read.error());
    }
    Q_EMIT episodeChanged(number);
  }
}

}  // namespace nudge
