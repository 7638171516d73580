// What the formats have in common: they are told of one episode after another.
#pragma once

#include <filesystem>
#include <memory>

#include "sessions/datasets/datasets.h"

namespace nudge {

class DatasetWriter {
 public:
  virtual ~DatasetWriter() = default;
  virtual Status add(const EpisodeData& episode) = 0;
  /// After the last episode; the file is complete then.
  virtual Status finish(const DatasetCounts& counts) = 0;
};

/// For messages.
std::string quoted(const std::filesystem::path& file);

/// Verdict of each step, [steps].
std::vector<Verdict> verdictsOf(const EpisodeData& episode);

Result<std::unique_ptr<DatasetWriter>> makeHdf5Writer(const LessonInfo& lesson,
                                                      const std::filesystem::path& file);
Result<std::unique_ptr<DatasetWriter>> makeCsvWriter(const LessonInfo& lesson,
                                                     const std::filesystem::path& file);
Result<std::unique_ptr<DatasetWriter>> makeJsonLinesWriter(const LessonInfo& lesson,
                                                           const std::filesystem::path& file);

}  // namespace nudge
