// What the document keeps. Private to ui/model/session_document*.cpp.
#pragma once

#include <iterator>
#include <map>
#include <utility>

#include "ui/model/session_document.h"

namespace nudge {

struct SessionDocument::Impl {
  explicit Impl(Store s) : store(std::move(s)) {}

  Store store;
  QString path;
  bool readOnly = false;
  std::int64_t dataVersion = -1;
  std::vector<EpisodeView> episodes;                // by number, growing
  std::map<std::int64_t, std::vector<Mark>> marks;  // active ones by episode
  std::vector<Mark> held;  // the newest ones, whose episode the file does not have yet
  std::vector<PolicyVersion> policies;
  std::vector<Update> updates;
  int activeVersion = 0;
  QString undoText, redoText;
  QStringList featureTitles;  // empty: not told

  std::size_t featureCount() const { return store.info().features.size(); }
  int reactionOf(const EpisodeView& view) const {
    return reactionSteps(view.row.reaction_s, store.info().controlRate_hz);
  }

  EpisodeView* find(std::int64_t number) {
    const auto at = std::lower_bound(episodes.begin(), episodes.end(), number,
                                     [](const EpisodeView& e, auto n) { return e.row.start.episode < n; });
    return at != episodes.end() && at->row.start.episode == number ? &*at : nullptr;
  }

  EpisodeView& insert(const EpisodeRow& row) {
    const auto at =
        std::upper_bound(episodes.begin(), episodes.end(), row.start.episode,
                         [](std::int64_t n, const EpisodeView& e) { return n < e.row.start.episode; });
    EpisodeView view;
    view.row = row;
    view.live = row.outcome == EpisodeOutcome::Running;
    view.inFile = row.steps;
    return *episodes.insert(at, std::move(view));
  }

  std::vector<Mark> marksOf(std::int64_t episode) const {
    const auto found = marks.find(episode);
    std::vector<Mark> all = found == marks.end() ? std::vector<Mark>{} : found->second;
    std::copy_if(held.begin(), held.end(), std::back_inserter(all),
                 [episode](const Mark& mark) { return mark.episode == episode; });
    return all;
  }

  void makeSegmentsOf(EpisodeView& view) const {
    view.segments = makeSegments(view.drivers, reactionOf(view), marksOf(view.row.start.episode));
  }

  /// Replaces live steps from the first one that was not read yet by what the file holds now.
  Status loadTrack(EpisodeView& view);
};

}  // namespace nudge
