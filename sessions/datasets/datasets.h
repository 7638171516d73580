// A lesson's steps for other programs: HDF5 in robomimic's layout, CSV and JSON lines for statistics. What
// each array and column holds, with shapes and units, is told in resources/docs/datasets.md.
//
// One episode at a time is in memory, however long the lesson.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "core/base/result.h"
#include "sessions/store.h"

namespace nudge {

enum class DatasetFormat { Hdf5, Csv, JsonLines };

/// "hdf5", "csv", "jsonl".
std::optional<DatasetFormat> datasetFormat(std::string_view name);
const char* fileEnding(DatasetFormat format);

struct DatasetCounts {
  std::int64_t episodes = 0, steps = 0;
};

/// Writes every episode that has steps; practice stays out. The file appears under its name when it is whole. Errors:
/// InvalidInput (it exists already), Io, Full, and those of reading the lesson.
Result<DatasetCounts> exportDataset(const Store& store, DatasetFormat format,
                                    const std::filesystem::path& target);

}  // namespace nudge
