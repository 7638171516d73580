// Marks, their undo log, and the segments that follow from them.
#include "sessions/store_impl.h"

namespace nudge {

using namespace sessions;

namespace {

constexpr const char* kMarkColumns = "revision, episode, kind, begin_step, end_step, verdict, text";

// What undo and redo would change.
constexpr const char* kNewestActive = "active = 1 ORDER BY revision DESC";
constexpr const char* kOldestUndone = "active = 0 ORDER BY revision";

Mark markOf(SQLite::Statement& row) {
  Mark mark;
  mark.revision = row.getColumn(0).getInt64();
  mark.episode = row.getColumn(1).getInt64();
  mark.kind = parsed<MarkKind>(kMarkKinds, row.getColumn(2).getString());
  mark.begin = countOf(row.getColumn(3), "a mark's first step");
  mark.end = countOf(row.getColumn(4), "a mark's last step");
  mark.verdict = parsed<Verdict>(kVerdicts, row.getColumn(5).getString());
  mark.text = row.getColumn(6).getString();
  return mark;
}

}  // namespace

std::vector<Driver> Store::Impl::drivers(std::int64_t episode) const {
  SQLite::Statement query =
      prepare("SELECT steps, driver FROM step_chunk WHERE episode = ? ORDER BY first_step");
  query.bind(1, episode);
  std::vector<Driver> drivers;
  while (query.executeStep()) {
    const auto steps = static_cast<std::size_t>(countOf(query.getColumn(0), "a chunk's number of steps"));
    const SQLite::Column column = query.getColumn(1);
    const BlobReader<std::uint8_t> chunk(bytesOf(column), steps, 1, "a chunk's drivers");
    for (std::size_t i = 0; i < steps; ++i) {
      if (chunk.at(i) > static_cast<std::uint8_t>(Driver::Teacher)) throw CorruptContent("an unknown driver");
      drivers.push_back(static_cast<Driver>(chunk.at(i)));
    }
  }
  return drivers;
}

std::vector<Mark> Store::Impl::activeMarks(std::optional<std::int64_t> episode) const {
  SQLite::Statement query(*database, std::string("SELECT ") + kMarkColumns +
                                         " FROM mark WHERE active = 1 AND (?1 IS NULL OR episode = ?1) "
                                         "ORDER BY revision");
  if (episode) query.bind(1, *episode);
  std::vector<Mark> marks;
  while (query.executeStep()) marks.push_back(markOf(query));
  return marks;
}

int Store::Impl::reactionStepsOf(std::int64_t episode) const {
  SQLite::Statement query = prepare("SELECT reaction_s FROM episode WHERE number = ?");
  query.bind(1, episode);
  return reactionSteps(query.executeStep() ? query.getColumn(0).getDouble() : 0.0, info.controlRate_hz);
}

void Store::Impl::rewriteSegments(std::int64_t episode) {
  const std::vector<Driver> who = drivers(episode);
  const std::vector<Mark> said = activeMarks(episode);
  SQLite::Statement erase = prepare("DELETE FROM segment WHERE episode = ?");
  erase.bind(1, episode);
  erase.exec();
  SQLite::Statement insert = prepare(
      "INSERT INTO segment (episode, begin_step, end_step, verdict, by_person) VALUES (?, ?, ?, ?, ?)");
  for (const Segment& segment :
       makeSegments(who, reactionStepsOf(episode), said)) {
    insert.bind(1, episode);
    insert.bind(2, segment.begin);
    insert.bind(3, segment.end);
    insert.bind(4, spelled(kVerdicts, segment.verdict));
    insert.bind(5, segment.byPerson ? 1 : 0);
    insert.exec();
    insert.reset();
  }
}

std::vector<Segment> Store::Impl::segments(std::int64_t episode) const {
  SQLite::Statement query = prepare(
      "SELECT begin_step, end_step, verdict, by_person FROM segment WHERE episode = ? ORDER BY begin_step");
  query.bind(1, episode);
  std::vector<Segment> segments;
  while (query.executeStep())
    segments.push_back({countOf(query.getColumn(0), "a segment's first step"),
                        countOf(query.getColumn(1), "a segment's last step"),
                        parsed<Verdict>(kVerdicts, query.getColumn(2).getString()),
                        query.getColumn(3).getInt() != 0});
  return segments;
}

std::optional<Mark> Store::Impl::firstMark(const char* which) const {
  SQLite::Statement query(*database,
                          std::string("SELECT ") + kMarkColumns + " FROM mark WHERE " + which + " LIMIT 1");
  if (!query.executeStep()) return std::nullopt;
  return markOf(query);
}

std::optional<Mark> Store::Impl::switchMark(const char* which, bool active) {
  const std::optional<Mark> found = firstMark(which);
  if (!found) return std::nullopt;
  const Mark& mark = *found;
  SQLite::Statement update = prepare("UPDATE mark SET active = ? WHERE revision = ?");
  update.bind(1, active ? 1 : 0);
  update.bind(2, mark.revision);
  update.exec();
  rewriteSegments(mark.episode);
  return mark;
}

Result<std::int64_t> Store::addMark(Mark mark) {
  if (mark.begin < 0 || mark.end < mark.begin)
    return Error{ErrorCode::InvalidInput, "A mark must cover steps from its beginning to its end."};
  return impl_->write("store a mark", [&]() -> Result<std::int64_t> {
    SQLite::Statement known = impl_->prepare("SELECT 1 FROM episode WHERE number = ?");
    known.bind(1, mark.episode);
    if (!known.executeStep())
      return Error{ErrorCode::NotFound, "Episode " + std::to_string(mark.episode) +
                                            " is not in the session file; the mark was not stored."};
    impl_->database->exec("DELETE FROM mark WHERE active = 0");
    SQLite::Statement insert = impl_->prepare(
        "INSERT INTO mark (episode, kind, begin_step, end_step, verdict, text, clock_made) VALUES (?, ?, ?, "
        "?, ?, ?, ?)");
    insert.bind(1, mark.episode);
    insert.bind(2, spelled(kMarkKinds, mark.kind));
    insert.bind(3, mark.begin);
    insert.bind(4, mark.end);
    insert.bind(5, spelled(kVerdicts, mark.verdict));
    insert.bind(6, mark.text);
    insert.bind(7, utcNow());
    insert.exec();
    const std::int64_t revision = impl_->database->getLastInsertRowid();
    impl_->rewriteSegments(mark.episode);
    return revision;
  });
}

Result<std::optional<Mark>> Store::undoMark() {
  return impl_->write("undo a mark", [&]() -> Result<std::optional<Mark>> {
    return impl_->switchMark(kNewestActive, false);
  });
}

Result<std::optional<Mark>> Store::redoMark() {
  return impl_->write(
      "redo a mark", [&]() -> Result<std::optional<Mark>> { return impl_->switchMark(kOldestUndone, true); });
}

Result<std::optional<Mark>> Store::nextUndo() const {
  return impl_->read("read the last mark",
                     [&]() -> Result<std::optional<Mark>> { return impl_->firstMark(kNewestActive); });
}

Result<std::optional<Mark>> Store::nextRedo() const {
  return impl_->read("read the last undone mark",
                     [&]() -> Result<std::optional<Mark>> { return impl_->firstMark(kOldestUndone); });
}

Result<std::vector<Mark>> Store::marks(std::optional<std::int64_t> episode) const {
  return impl_->read("read the marks",
                     [&]() -> Result<std::vector<Mark>> { return impl_->activeMarks(episode); });
}

Result<std::vector<Segment>> Store::segments(std::int64_t episode) const {
  return impl_->read("read the segments",
                     [&]() -> Result<std::vector<Segment>> { return impl_->segments(episode); });
}

}  // namespace nudge
