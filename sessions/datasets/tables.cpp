// CSV and JSON lines: one line a step, everything but the simulator's state.
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sessions/datasets/writer.h"

namespace nudge {
namespace {

Error writeFailed(const std::filesystem::path& file) {
  const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  return {full ? ErrorCode::Full : ErrorCode::Io,
          quoted(file) + " could not be written: " + (errno ? std::strerror(errno) : "the disk refuses") +
              ". The lesson was left as it is."};
}

/// The shortest text that reads back to the same bits.
template <typename T>
void appendNumber(std::string& line, T value) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value);
  line.append(text, end.ptr);
}

/// RFC 4180.
void appendText(std::string& line, const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) line.append(c == '"' ? "\"\"" : std::string(1, c));
  line += '"';
}

class LineWriter : public DatasetWriter {
 public:
  LineWriter(const LessonInfo& lesson, const std::filesystem::path& file)
      : lesson_(lesson), path_(file), file_(file, std::ios::binary | std::ios::trunc) {}

  Status write(const std::string& lines) {
    errno = 0;
    if (!file_.write(lines.data(), static_cast<std::streamsize>(lines.size()))) return writeFailed(path_);
    return {};
  }
  Status finish(const DatasetCounts&) override {
    errno = 0;
    file_.close();
    if (!file_) return writeFailed(path_);
    return {};
  }

 protected:
  const LessonInfo lesson_;

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

class CsvWriter : public LineWriter {
 public:
  using LineWriter::LineWriter;

  Status writeHead() {
    std::string line = "episode,step,time_s,driver,verdict,round,policy_version,outcome,success,teacher";
    const auto add = [&line](const char* kind, const std::vector<std::string>& names) {
      for (const std::string& name : names) appendText(line.append(","), std::string(kind) + name);
    };
    add("observation.", lesson_.observation);
    add("proposal.", lesson_.action);
    add("action.", lesson_.action);
    add("feature.", lesson_.features);
    return write(line + "\r\n");
  }

  Status add(const EpisodeData& episode) override {
    const std::vector<Verdict> verdicts = verdictsOf(episode);
    const EpisodeRow& row = episode.row;
    std::string tail = std::to_string(row.start.round) + "," + std::to_string(row.start.policyVersion) + "," +
                       name(row.outcome) + (row.success ? ",1," : ",0,");
    appendText(tail, row.teacher);
    std::string lines;
    for (const Step& step : episode.steps) {
      lines += std::to_string(row.start.episode) + "," + std::to_string(step.index) + ",";
      appendNumber(lines, step.wallTime_s);
      lines += std::string(",") + name(step.driver) + "," +
               name(verdicts[static_cast<std::size_t>(step.index)]) + "," + tail;
      for (const auto* numbers : {&step.observation, &step.proposal, &step.action, &step.features})
        for (const float number : *numbers) appendNumber(lines.append(","), number);
      lines += "\r\n";
    }
    return write(lines);
  }
};

/// A number that JSON cannot hold becomes null.
nlohmann::json named(const std::vector<std::string>& names, const std::vector<float>& values) {
  auto object = nlohmann::json::object();
  for (std::size_t i = 0; i < names.size(); ++i) object[names[i]] = values[i];
  return object;
}

class JsonLinesWriter : public LineWriter {
 public:
  using LineWriter::LineWriter;

  Status add(const EpisodeData& episode) override {
    const std::vector<Verdict> verdicts = verdictsOf(episode);
    const EpisodeRow& row = episode.row;
    std::string lines;
    for (const Step& step : episode.steps) {
      const nlohmann::json line{{"episode", row.start.episode},
                                {"step", step.index},
                                {"time_s", step.wallTime_s},
                                {"driver", name(step.driver)},
                                {"verdict", name(verdicts[static_cast<std::size_t>(step.index)])},
                                {"round", row.start.round},
                                {"policy_version", row.start.policyVersion},
                                {"outcome", name(row.outcome)},
                                {"success", row.success},
                                {"teacher", row.teacher},
                                {"observation", named(lesson_.observation, step.observation)},
                                {"proposal", named(lesson_.action, step.proposal)},
                                {"action", named(lesson_.action, step.action)},
                                {"features", named(lesson_.features, step.features)}};
      lines += line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    }
    return write(lines);
  }
};

}  // namespace

Result<std::unique_ptr<DatasetWriter>> makeCsvWriter(const LessonInfo& lesson,
                                                     const std::filesystem::path& file) {
  auto writer = std::make_unique<CsvWriter>(lesson, file);
  if (const Status begun = writer->writeHead(); !begun) return begun.error();
  return std::unique_ptr<DatasetWriter>(std::move(writer));
}

Result<std::unique_ptr<DatasetWriter>> makeJsonLinesWriter(const LessonInfo& lesson,
                                                           const std::filesystem::path& file) {
  return std::unique_ptr<DatasetWriter>(std::make_unique<JsonLinesWriter>(lesson, file));
}

}  // namespace nudge
