#include "sessions/datasets/datasets.h"

#include <unistd.h>

#include "core/base/files.h"
#include "sessions/datasets/writer.h"

namespace nudge {
namespace {

namespace fs = std::filesystem;

Result<std::unique_ptr<DatasetWriter>> makeWriter(const LessonInfo& lesson, DatasetFormat format,
                                                  const fs::path& file) {
  switch (format) {
    case DatasetFormat::Hdf5:
      return makeHdf5Writer(lesson, file);
    case DatasetFormat::Csv:
      return makeCsvWriter(lesson, file);
    case DatasetFormat::JsonLines:
      break;
  }
  return makeJsonLinesWriter(lesson, file);
}

Result<DatasetCounts> writeAll(const Store& store, DatasetFormat format, const fs::path& file) {
  const auto rows = store.episodes();
  if (!rows) return rows.error();
  auto writer = makeWriter(store.info(), format, file);
  if (!writer) return writer.error();
  DatasetCounts counts;
  for (const EpisodeRow& row : *rows) {
    if (row.practice) continue;
    const auto episode = store.episode(row.start.episode);
    if (!episode) return episode.error();
    if (episode->steps.empty()) continue;
    if (const Status added = (*writer)->add(*episode); !added) return added.error();
    ++counts.episodes;
    counts.steps += static_cast<std::int64_t>(episode->steps.size());
  }
  if (const Status whole = (*writer)->finish(counts); !whole) return whole.error();
  return counts;
}

}  // namespace

std::optional<DatasetFormat> datasetFormat(std::string_view name) {
  if (name == "hdf5") return DatasetFormat::Hdf5;
  if (name == "csv") return DatasetFormat::Csv;
  if (name == "jsonl") return DatasetFormat::JsonLines;
  return std::nullopt;
}

const char* fileEnding(DatasetFormat format) {
  switch (format) {
    case DatasetFormat::Hdf5:
      return ".hdf5";
    case DatasetFormat::Csv:
      return ".csv";
    case DatasetFormat::JsonLines:
      break;
  }
  return ".jsonl";
}

std::string quoted(const fs::path& file) {
  return std::string("'").append(file.string()).append("'");
}

std::vector<Verdict> verdictsOf(const EpisodeData& episode) {
  std::vector<Verdict> verdicts(episode.steps.size(), Verdict::Good);
  for (const Segment& segment : episode.segments)
    for (int i = segment.begin; i < segment.end && i < static_cast<int>(verdicts.size()); ++i)
      verdicts[static_cast<std::size_t>(i)] = segment.verdict;
  return verdicts;
}

Result<DatasetCounts> exportDataset(const Store& store, DatasetFormat format, const fs::path& target) {
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(target, ignored))) {  // told before the work, not after it
    return Error{ErrorCode::InvalidInput,
                 quoted(target) + " exists already. It was not changed; choose another name."};
  }
  const fs::path part = target.string() + ".part" + std::to_string(::getpid());
  Result<DatasetCounts> counts = writeAll(store, format, part);
  if (counts) {
    if (const Status named = renameNew(part, target); !named) counts = named.error();
  }
  fs::remove(part, ignored);
  return counts;
}

}  // namespace nudge
