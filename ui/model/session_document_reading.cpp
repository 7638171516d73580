// The document's reading side: the file's news, and live steps that are ahead of it.
#include <QElapsedTimer>
#include <limits>
#include <tuple>

#include "ui/model/session_document_impl.h"

namespace nudge {

namespace {

constexpr qint64 kRefreshBudget_ms = 25;

bool sameMarks(const std::vector<Mark>& a, const std::vector<Mark>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Mark& x, const Mark& y) {
    return std::tie(x.revision, x.kind, x.begin, x.end, x.verdict) ==
           std::tie(y.revision, y.kind, y.begin, y.end, y.verdict);
  });
}

bool sameUpdate(const Update& a, const Update& b) {
  return a.id == b.id && a.outcome == b.outcome && a.resultVersion == b.resultVersion &&
         a.message == b.message;
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

Status SessionDocument::Impl::loadTrack(EpisodeView& view) {
  auto track = store.track(view.row.start.episode, view.stored);
  if (!track) return track.error();
  const std::size_t read = track->drivers.size(), first = static_cast<std::size_t>(view.stored);
  const std::size_t width = featureCount();
  if (track->begin != view.stored || track->features.size() != read * width ||
      static_cast<int>(first + read) < view.inFile)
    return Error{ErrorCode::Corrupt,
                 "Episode " + std::to_string(view.row.start.episode) +
                     " is damaged in the file: its steps are not shown. The rest was kept."};
  // Live steps beyond the stored ones stay while the episode runs; afterwards the file is right.
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

void SessionDocument::noteLiveStep(const EpisodeStart& start, int step, Driver driver,
                                   std::span<const float> features) {
  if (step < 0) return;
  EpisodeView* view = impl_->find(start.episode);
  if (!view) {
    EpisodeRow row;
    row.start = start;
    row.reaction_s = impl_->store.info().reaction_s;
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
      std::copy(features.begin(), features.end(),
                view->features.begin() + static_cast<std::ptrdiff_t>(i * width));
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
  storeHeldMarks();
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
  const bool newUpdates =
      !std::equal(updates->begin(), updates->end(), impl_->updates.begin(), impl_->updates.end(), sameUpdate);
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
