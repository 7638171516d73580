#include "core/sim/folder/mjcf_document.h"

#include <tinyxml2.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "core/base/files.h"

namespace nudge {
namespace {

namespace fs = std::filesystem;
using tinyxml2::XMLDocument;
using tinyxml2::XMLElement;

constexpr std::size_t kMostXml = 16u << 20, kMostFiles = 64u << 20;
constexpr int kMostElements = 20'000, kMostIncluded = 64, kDeepest = 400;
constexpr double kLargest = 1e10;  // from here MuJoCo itself takes a number for a fault
constexpr unsigned kMostPixels = 8192, kMostIterations = 1'000;

/// What MuJoCo allocates, or repeats in every step, as much of as it is told.
struct SizeLimit {
  const char *element, *attribute;
  double most;
};
constexpr std::array kSizeLimits{SizeLimit{"size", "njmax", 50'000},
                                 SizeLimit{"size", "nconmax", 50'000},
                                 SizeLimit{"size", "nstack", 5e7},
                                 SizeLimit{"size", "nkey", 1'000},
                                 SizeLimit{"size", "nuserdata", 1e6},
                                 SizeLimit{"texture", "width", kMostPixels},
                                 SizeLimit{"texture", "height", 6 * kMostPixels},
                                 SizeLimit{"hfield", "nrow", 4'096},
                                 SizeLimit{"hfield", "ncol", 4'096},
                                 SizeLimit{"numeric", "size", 1e5},
                                 SizeLimit{"quality", "shadowsize", 16'384},
                                 SizeLimit{"global", "offwidth", 16'384},
                                 SizeLimit{"global", "offheight", 16'384},
                                 SizeLimit{"sensor", "cutoff", kLargest},
                                 SizeLimit{"option", "iterations", kMostIterations},
                                 SizeLimit{"option", "noslip_iterations", kMostIterations},
                                 SizeLimit{"option", "mpr_iterations", kMostIterations},
                                 SizeLimit{"option", "ccd_iterations", kMostIterations},
                                 SizeLimit{"option", "ls_iterations", kMostIterations}};
constexpr double kMostUserNumbers = 1'000, kMostComposite = 2'000;
/// Compiling takes the number of bodies times that of their degrees of freedom.
constexpr int kMostBodies = 2'000, kMostGeoms = 5'000;

/// Reads one document and all it includes into one.
class Reader {
 public:
  Reader(fs::path folder, TaskSource& source, Problems& problems)
      : folder_(std::move(folder)), source_(source), problems_(problems) {}

  bool check(const std::string& text, const std::string& name) {
    const std::size_t before = problems_.size();
    xmlBytes_ = kMostXml;  // nothing more is read
    if (text.size() > kMostXml) fail(name, 0, "is too long");
    if (problems_.size() != before) return false;
    if (const XMLElement* root = parse(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), name))
      copy(*root, name, nullptr);
    return problems_.size() == before;
  }

  bool read(const std::string& said) {
    const std::size_t before = problems_.size();
    const std::string model = fs::path(said).lexically_normal().generic_string();
    beside_ = fs::path(model).parent_path();
    if (const XMLElement* root = open(model, model, 0)) {
      included_.insert(model);
      if (std::strcmp(root->Name(), "mujoco") == 0) {
        copy(*root, model, nullptr);
      } else {
        const bool urdf = std::strcmp(root->Name(), "robot") == 0;
        fail(model, root->GetLineNum(),
             urdf ? "this is URDF; MuJoCo's 'compile' program makes MJCF of it"
                  : "the outermost element must be <mujoco>, not <" +
                        std::string(root->Name()).substr(0, 60) + ">");
      }
    }
    if (problems_.size() == before) takeFiles();
    if (problems_.size() != before) return false;
    tinyxml2::XMLPrinter printer;
    whole_.Print(&printer);
    source_.mjcf = printer.CStr();
    return true;
  }

 private:
  void fail(const std::string& file, int line, const std::string& message) {
    problems_.push_back({file, line, message});
  }

  /// The root of a file, which stays open. `where` and `line` are who names it.
  const XMLElement* open(const std::string& name, const std::string& where, int line) {
    if (documents_.size() >= kMostIncluded) {
      fail(where, line, "more than " + std::to_string(kMostIncluded) + " files are included");
      return nullptr;
    }
    auto bytes = readFile(folder_ / name, kMostXml - xmlBytes_);
    if (!bytes) {
      const bool missing = bytes.error().code == ErrorCode::NotFound;
      fail(where, line, missing ? "there is no file '" + name.substr(0, 200) + "'" : bytes.error().message);
      return nullptr;
    }
    xmlBytes_ += bytes->size();
    return parse(bytes->data(), bytes->size(), name);
  }

  const XMLElement* parse(const std::uint8_t* bytes, std::size_t size, const std::string& name) {
    // Counted before anything is built for them; closing tags count as well.
    if (std::count(bytes, bytes + size, '<') > 4 * kMostElements) {
      fail(name, 0, "has more than " + std::to_string(kMostElements) + " elements");
      return nullptr;
    }
    documents_.push_back(std::make_unique<XMLDocument>());
    XMLDocument& document = *documents_.back();
    document.Parse(reinterpret_cast<const char*>(bytes), size);
    if (document.Error()) {
      fail(name, document.ErrorLineNum(), std::string("is no XML: ") + document.ErrorName());
      return nullptr;
    }
    if (!document.RootElement()) fail(name, 0, "is an empty XML document");
    return document.RootElement();
  }

  /// Copies an element and what is in it to the end of `parent`.
  void copy(const XMLElement& element, const std::string& file, XMLElement* parent) {
    if (++elements_ > kMostElements) {
      if (elements_ == kMostElements + 1)
        fail(file, element.GetLineNum(),
             "the model has more than " + std::to_string(kMostElements) + " elements");
      return;
    }
    count(element, file);
    XMLElement* clone = element.ShallowClone(&whole_)->ToElement();
    if (parent)
      parent->InsertEndChild(clone);
    else
      whole_.InsertEndChild(clone);
    source_.origins.push_back({file, element.GetLineNum()});
    places_[clone] = source_.origins.size() - 1;
    check(element, file);
    if (++depth_ > kDeepest)
      fail(file, element.GetLineNum(),
           "elements lie more than " + std::to_string(kDeepest) + " deep in each other");
    else
      copyChildren(element, file, *clone);
    --depth_;
  }

  void copyChildren(const XMLElement& element, const std::string& file, XMLElement& clone) {
    for (const XMLElement* child = element.FirstChildElement(); child; child = child->NextSiblingElement()) {
      if (std::strcmp(child->Name(), "include") == 0)
        include(*child, file, clone);
      else
        copy(*child, file, &clone);
    }
  }

  /// MuJoCo looks for an included file beside the outermost one, the model, and takes each once.
  void include(const XMLElement& element, const std::string& file, XMLElement& parent) {
    const int line = element.GetLineNum();
    const char* said = element.Attribute("file");
    if (!said || !*said) return fail(file, line, "<include> needs file=\"…\"");
    const std::string name = (beside_ / said).lexically_normal().generic_string();
    if (!included_.insert(name).second)
      return fail(
          file, line,
          "'" + name + "' is included a second time; MuJoCo takes each file once, and no circle ends");
    if (const XMLElement* root = open(name, file, line)) copyChildren(*root, name, parent);
  }

  void count(const XMLElement& element, const std::string& file) {
    const std::string name = element.Name();
    if (name == "body" && ++bodies_ == kMostBodies + 1)
      fail(file, element.GetLineNum(), "the model has more than " + std::to_string(kMostBodies) + " bodies");
    if (name == "geom" && ++geoms_ == kMostGeoms + 1)
      fail(file, element.GetLineNum(), "the model has more than " + std::to_string(kMostGeoms) + " geoms");
  }

  void check(const XMLElement& element, const std::string& file) {
    for (const auto* attribute = element.FirstAttribute(); attribute; attribute = attribute->Next()) {
      double product = 1.0;
      const char* text = attribute->Value();
      for (;;) {
        char* end = nullptr;
        const double number = std::strtod(text, &end);
        if (end == text || (*end && !std::strchr(" \t\r\n", *end))) break;  // a word, or the end
        text = end;
        product *= number;
        if (std::abs(number) <= kLargest) continue;
        fail(file, attribute->GetLineNum(),
             "a number of " + std::string(attribute->Name()) + " in <" + element.Name() +
                 "> is not finite or beyond 1e10");
        break;
      }
      checkSize(element, *attribute, product, file);
    }
  }

  void checkSize(const XMLElement& element, const tinyxml2::XMLAttribute& attribute, double value,
                 const std::string& file) {
    const std::string in = element.Name(), name = attribute.Name();
    double most = kLargest;
    for (const SizeLimit& limit : kSizeLimits)
      if (in == limit.element && name == limit.attribute) most = limit.most;
    if (in == "size" && name.rfind("nuser_", 0) == 0) most = kMostUserNumbers;
    if (in == "composite" && name == "count") {
      composites_ += value;
      value = composites_;
      most = kMostComposite;
    }
    if (in == "option" && name == "timestep" && !(value > 0.0))
      fail(file, attribute.GetLineNum(), "timestep in <option> must be above 0");
    if (value > most)
      fail(file, attribute.GetLineNum(),
           name + " in <" + in + "> asks for more than Nudge takes, " +
               std::to_string(static_cast<long>(most)));
  }

  const MjcfOrigin& origin(const XMLElement& element) const { return source_.origins[places_.at(&element)]; }

  /// The files that assets name come along under names without folders.
  void takeFiles() {
    std::string meshes, textures;
    bool strip = false;
    for (XMLElement* part = whole_.RootElement()->FirstChildElement("compiler"); part;
         part = part->NextSiblingElement("compiler")) {
      if (const char* both = part->Attribute("assetdir")) meshes = textures = both;
      if (const char* folder = part->Attribute("meshdir")) meshes = folder;
      if (const char* folder = part->Attribute("texturedir")) textures = folder;
      part->QueryBoolAttribute("strippath", &strip);
      for (const char* gone : {"assetdir", "meshdir", "texturedir", "strippath"}) part->DeleteAttribute(gone);
    }
    for (const char* section : {"asset", "deformable"})
      for (XMLElement* list = whole_.RootElement()->FirstChildElement(section); list;
           list = list->NextSiblingElement(section))
        for (XMLElement* one = list->FirstChildElement(); one; one = one->NextSiblingElement()) {
          const bool texture = std::strcmp(one->Name(), "texture") == 0;
          takeFilesOf(*one, texture ? textures : meshes, strip);
        }
  }

  void takeFilesOf(XMLElement& asset, const std::string& folder, bool strip) {
    for (const char* key : {"file", "fileright", "fileleft", "fileup", "filedown", "filefront", "fileback"}) {
      const char* said = asset.Attribute(key);
      if (!said || !*said) continue;
      fs::path path = strip ? fs::path(said).filename() : fs::path(said);
      if (!asset.Attribute("name"))
        asset.SetAttribute("name", path.stem().c_str());  // as MuJoCo would name it
      if (path.is_relative()) path = beside_ / folder / path;
      const std::string taken = take(path.lexically_normal(), asset);
      asset.SetAttribute(key, taken.c_str());
    }
  }

  std::string take(const fs::path& path, const XMLElement& asset) {
    const MjcfOrigin& where = origin(asset);
    if (const auto known = taken_.find(path.string()); known != taken_.end()) return known->second;
    auto bytes = readFile(path.is_relative() ? folder_ / path : path, kMostFiles - fileBytes_);
    if (!bytes) {
      const bool missing = bytes.error().code == ErrorCode::NotFound;
      fail(where.file, where.line,
           missing ? std::string("<").append(asset.Name()).append("> names '").append(path.string(), 0, 200) +
                         "', which is not there"
                   : bytes.error().message);
      return "missing";
    }
    fileBytes_ += bytes->size();
    if (tooManyPixels(*bytes))
      fail(where.file, where.line,
           "the picture '" + path.string() + "' is larger than " + std::to_string(kMostPixels) +
               " pixels a side");
    const std::string name = std::to_string(taken_.size()) + "_" + path.filename().string();
    taken_[path.string()] = name;
    source_.files.push_back({name, std::move(*bytes)});
    return name;
  }

  /// A PNG says its size in its first bytes; a small file can unpack to any size.
  static bool tooManyPixels(const std::vector<std::uint8_t>& bytes) {
    constexpr std::array<std::uint8_t, 8> kPng{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    constexpr std::size_t kWidth = 16, kHeight = 20, kEnd = 24;
    if (bytes.size() < kEnd || !std::equal(kPng.begin(), kPng.end(), bytes.begin())) return false;
    const auto number = [&](std::size_t at) {
      return static_cast<unsigned>(bytes[at]) << 24 | static_cast<unsigned>(bytes[at + 1]) << 16 |
             static_cast<unsigned>(bytes[at + 2]) << 8 | static_cast<unsigned>(bytes[at + 3]);
    };
    return number(kWidth) > kMostPixels || number(kHeight) > 6 * kMostPixels;
  }

  fs::path folder_, beside_;  ///< the task's; the model's, from there
  TaskSource& source_;
  Problems& problems_;
  std::vector<std::unique_ptr<XMLDocument>> documents_;
  XMLDocument whole_;
  std::map<const XMLElement*, std::size_t> places_;
  std::set<std::string> included_;
  std::map<std::string, std::string> taken_;
  std::size_t xmlBytes_ = 0, fileBytes_ = 0;
  double composites_ = 0.0;
  int elements_ = 0, depth_ = 0, bodies_ = 0, geoms_ = 0;
};

}  // namespace

bool checkMjcf(const std::string& text, const std::string& name, Problems& problems) {
  TaskSource ignored;
  return Reader({}, ignored, problems).check(text, name);
}

bool readMjcf(const fs::path& folder, const std::string& model, TaskSource& source, Problems& problems) {
  return Reader(folder, source, problems).read(model);
}

}  // namespace nudge
