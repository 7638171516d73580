#include "core/sim/folder/task_source.h"

#include <tinyxml2.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "core/base/files.h"
#include "core/sim/folder/mjcf_document.h"
#include "core/sim/task.h"

namespace nudge {
namespace {

namespace fs = std::filesystem;
using tinyxml2::XMLDocument;
using tinyxml2::XMLElement;

constexpr std::size_t kMostToml = 1u << 20;
// Names of our <custom> texts.
constexpr const char* kTomlName = "nudge.task";
constexpr const char* kFileName = "nudge.file.";
constexpr std::string_view kFolderStart = "<!-- nudge.folder ", kFolderEnd = " -->";

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string toBase64(const std::vector<std::uint8_t>& bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    unsigned block = 0;
    for (std::size_t k = 0; k < 3; ++k) block = block << 8 | (k < count ? bytes[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? kDigits[block >> (18 - 6 * k) & 63u] : '=';
  }
  return text;
}

std::optional<std::vector<std::uint8_t>> fromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    unsigned block = 0;
    std::size_t count = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t digit = kDigits.find(text[i + k]);
      const bool padding = text[i + k] == '=' && k >= 2 && i + 4 == text.size();
      if (digit == std::string_view::npos && !padding) return std::nullopt;
      block = block << 6 | (padding ? 0u : static_cast<unsigned>(digit));
      count += padding ? 0 : 1;
    }
    for (std::size_t k = 0; k + 1 < count; ++k)
      bytes.push_back(static_cast<std::uint8_t>(block >> (16 - 8 * k)));
  }
  return bytes;
}

XMLElement* addText(XMLElement& custom, const std::string& name, const std::string& data) {
  XMLElement* text = custom.InsertNewChildElement("text");
  text->SetAttribute("name", name.c_str());
  text->SetAttribute("data", data.c_str());
  return text;
}

/// The only key of task.toml that is needed to find the model, which is there.
std::string modelFile(const fs::path& folder, const std::string& toml, Problems& problems) {
  const auto tree = parseToml(toml, kTaskFile, problems);
  if (!tree) return {};
  Problems later;  // all else about [task] is said by whoever reads all of it
  TomlSection top(*tree, kTaskFile, kTaskFile, later);
  auto task = top.section("task");
  std::string model = task ? task->text("model", "scene.xml") : "scene.xml";
  std::error_code ignored;
  if (later.empty() && !fs::exists(folder / model, ignored))
    (task ? *task : top).fail("model", "there is no file '" + model.substr(0, 200) + "', the model");
  if (!later.empty()) problems.push_back(later.front());
  return later.empty() ? model : std::string();
}

}  // namespace

std::optional<TaskSource> readTaskFolder(const std::string& folder, Problems& problems) {
  std::error_code ignored;
  TaskSource source;
  source.folder = fs::weakly_canonical(folder, ignored).string();
  if (source.folder.empty()) source.folder = folder;
  auto bytes = readFile(fs::path(folder) / kTaskFile, kMostToml);
  if (!bytes) {
    problems.push_back({kTaskFile, 0, bytes.error().message});
    return std::nullopt;
  }
  source.toml.assign(bytes->begin(), bytes->end());
  const std::string model = modelFile(folder, source.toml, problems);
  if (model.empty() || !readMjcf(folder, model, source, problems)) return std::nullopt;
  return source;
}

std::string sourceText(const TaskSource& source) {
  XMLDocument document;
  document.Parse(source.mjcf.c_str(), source.mjcf.size());
  XMLElement* custom = document.RootElement()->InsertNewChildElement("custom");
  addText(*custom, kTomlName, source.toml);
  for (const ModelFile& file : source.files) addText(*custom, kFileName + file.name, toBase64(file.bytes));
  tinyxml2::XMLPrinter printer;
  document.Print(&printer);
  std::string folder = source.folder;
  for (std::size_t at; (at = folder.find("--")) != std::string::npos;) folder.replace(at, 2, "-%2D");
  return std::string(printer.CStr()) + std::string(kFolderStart) + folder + std::string(kFolderEnd) + "\n";
}

bool isSourceText(const std::string& text) {
  return text.size() > kFolderStart.size() && text.compare(0, 1, "<") == 0 &&
         text.rfind(kFolderStart) != std::string::npos;
}

std::string withoutFolder(const std::string& text) {
  return isSourceText(text) ? text.substr(0, text.rfind(kFolderStart)) : text;
}

std::optional<TaskSource> readSourceText(const std::string& text, Problems& problems) {
  const auto damaged = [&](const std::string& why) {
    problems.push_back({"the lesson's task", 0, "is damaged: " + why});
    return std::nullopt;
  };
  TaskSource source;
  const std::size_t start = text.rfind(kFolderStart) + kFolderStart.size();
  source.folder = text.substr(start, text.find(kFolderEnd, start) - start);
  for (std::size_t at; (at = source.folder.find("-%2D")) != std::string::npos;)
    source.folder.replace(at, 4, "--");
  XMLDocument document;
  document.Parse(text.c_str(), text.size());
  if (document.Error() || !document.RootElement()) return damaged("it is no XML");
  XMLElement* root = document.RootElement();
  XMLElement* custom = root->LastChildElement("custom");
  if (!custom) return damaged("it lacks its description");
  for (XMLElement* one = custom->FirstChildElement("text"); one; one = one->NextSiblingElement("text")) {
    const std::string name = one->Attribute("name") ? one->Attribute("name") : "";
    const char* data = one->Attribute("data") ? one->Attribute("data") : "";
    if (name == kTomlName) source.toml = data;
    if (name.rfind(kFileName, 0) != 0) continue;
    auto bytes = fromBase64(data);
    if (!bytes) return damaged("its file " + name.substr(std::strlen(kFileName)));
    source.files.push_back({name.substr(std::strlen(kFileName)), std::move(*bytes)});
  }
  root->DeleteChild(custom);
  tinyxml2::XMLPrinter printer;
  document.Print(&printer);
  source.mjcf = printer.CStr();
  if (!checkMjcf(source.mjcf, "the lesson's model", problems)) return std::nullopt;
  return source;
}

namespace {

/// Lines of all elements in the order of the document.
void collectLines(const XMLElement& element, std::vector<int>& lines) {
  lines.push_back(element.GetLineNum());
  for (const XMLElement* child = element.FirstChildElement(); child; child = child->NextSiblingElement())
    collectLines(*child, lines);
}

/// The number after "line" in MuJoCo's messages; 0 if there is none.
int lineIn(const std::string& message) {
  const std::size_t word = message.find("line");
  const std::size_t digit = word == std::string::npos ? word : message.find_first_of("0123456789", word);
  int line = 0;
  if (digit != std::string::npos)
    std::from_chars(message.data() + digit, message.data() + message.size(), line);
  return line;
}

}  // namespace

Problem compileProblem(const TaskSource& source, const std::string& message) {
  Problem problem{source.origins.empty() ? "the model" : source.origins.front().file, 0, message};
  std::replace(problem.message.begin(), problem.message.end(), '\n', ' ');
  for (const char* full : {"allocate", "could not create mjData", "no memory"})
    if (message.find(full) != std::string::npos)
      problem.message =
          "the model needs more than the 2 GB of memory that it may have; make njmax, nconmax and nstack in "
          "<size>, or its textures, height fields and meshes, smaller";
  for (const char* later : {"unrecognized", "invalid keyword"})
    if (message.find(later) != std::string::npos)
      problem.message +=
          " (this Nudge simulates with MuJoCo " + mujocoVersion() + " and does not know what came later)";
  XMLDocument document;
  document.Parse(source.mjcf.c_str(), source.mjcf.size());
  const int line = lineIn(message);
  if (line <= 0 || document.Error() || source.origins.empty()) return problem;
  std::vector<int> lines;
  collectLines(*document.RootElement(), lines);
  const auto at = std::find(lines.begin(), lines.end(), line);
  if (at == lines.end() || static_cast<std::size_t>(at - lines.begin()) >= source.origins.size())
    return problem;
  const MjcfOrigin& origin = source.origins[static_cast<std::size_t>(at - lines.begin())];
  problem.file = origin.file;
  problem.line = origin.line;
  // The line in the message is that of the joined text.
  const std::size_t word = problem.message.find("line"),
                    before = problem.message.find_last_not_of(" ,", word - 1);
  const std::size_t digit = problem.message.find_first_of("0123456789", word);
  const std::size_t end =
      std::min(problem.message.find_first_not_of("0123456789", digit), problem.message.size());
  problem.message.erase(before + 1, end - before - 1);
  return problem;
}

}  // namespace nudge
