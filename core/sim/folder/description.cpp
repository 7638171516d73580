#include "core/sim/folder/description.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

namespace nudge {
namespace {

constexpr std::size_t kMostNumbers = 256, kMostFeatures = 32, kMostConditions = 32, kMostResets = 64;

std::string text(double number) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%g", number);
  return buffer;
}

bool plainName(const std::string& name) {
  constexpr std::size_t kLongest = 60;
  return !name.empty() && name.size() <= kLongest &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

std::string readName(TomlSection& section, const std::string& key) {
  std::string name = section.text(key);
  if (!name.empty() && !plainName(name))
    section.fail(key, "'" + key + "' in " + section.name() + " may have small letters, digits, _ and - only");
  return name;
}

class DescriptionReader {
 public:
  DescriptionReader(const TomlValue& tree, const mjModel& model, Problems& problems)
      : top_(tree, kName, kName, problems), problems_(problems), model_(model), names_(model) {}

  TaskDescription read() {
    if (auto task = needed("task")) readTask(*task);
    auto control = needed("control");
    if (control) {
      d_.drive = makeDrive(*control, names_, d_.spec.controlRate_hz);
      d_.controlLine = control->line();
    }
    if (d_.drive) {
      d_.spec.action = d_.drive->actions();
      d_.spec.actionScale = d_.drive->scales();
      d_.spec.gripAction = d_.drive->gripAction();
    }
    for (TomlSection& section : several("observation", kMostNumbers)) readObservation(section);
    for (TomlSection& section : several("feature", kMostFeatures)) readFeature(section);
    if (d_.spec.observation.empty())
      top_.fail("observation", "a task needs [[observation]] tables: what the robot sees");
    if (d_.spec.observation.size() > kMostNumbers)
      top_.fail("observation", "a robot sees at most 256 numbers");
    if (d_.spec.features.empty())
      top_.fail("feature", "a task needs [[feature]] tables: what people may care about");
    for (TomlSection& section : several("success", kMostConditions)) readCondition(section, d_.success);
    for (TomlSection& section : several("failure", kMostConditions)) {
      d_.failureEnds = section.flagOr("ends", false) || d_.failureEnds;
      readCondition(section, d_.failure);
    }
    if (auto section = top_.section("readout")) readReadout(*section);
    d_.resets = readResets(several("reset", kMostResets), names_, d_.drive.get());
    if (auto training = top_.section("training")) readTraining(*training);
    top_.finish();
    return std::move(d_);
  }

 private:
  static constexpr const char* kName = "task.toml";

  std::optional<TomlSection> needed(const std::string& key) {
    if (!top_.has(key)) top_.fail(key, "a task needs a [" + key + "] table");
    return top_.section(key);
  }

  std::vector<TomlSection> several(const std::string& key, std::size_t most) {
    auto sections = top_.sections(key);
    if (sections.size() > most) {
      top_.fail(key, "there are more than " + std::to_string(most) + " [[" + key + "]] tables");
      sections.clear();
    }
    return sections;
  }

  void readTask(TomlSection& task) {
    TaskSpec& spec = d_.spec;
    spec.id = readName(task, "id");
    if (const auto builtIn = taskIds(); std::find(builtIn.begin(), builtIn.end(), spec.id) != builtIn.end())
      task.fail("id", "'" + spec.id + "' is a built-in task's id");
    spec.title = task.text("title", spec.id);
    spec.description = task.text("description", "");
    spec.failure = task.text("failure", "failed");
    task.text("model", "scene.xml");  // read before, to find it
    spec.discount = task.numberOr("discount", 0.97, 0.0, 0.9999);
    spec.stepReward = task.numberOr("step_reward", 0.0, -1e3, 1e3);
    spec.firstRoundRate = task.numberOr("first_round_rate", 0.3, 0.01, 0.99);
    spec.episodeSteps = task.countOr("episode_steps", 150, 1, 100'000);
    readRates(task);
    readCameras(task);
    if (task.has("keyframe")) d_.keyframe = names_.find(mjOBJ_KEY, task.text("keyframe"), task, "keyframe");
    if (task.has("tilt_of")) d_.tiltOf = names_.place(task.text("tilt_of"), task, "tilt_of");
    task.finish();
  }

  void readRates(TomlSection& task) {
    TaskSpec& spec = d_.spec;
    spec.controlRate_hz = task.numberOr("control_rate_hz", 20.0, 0.1, 1e3);
    constexpr double kMostSteps = 10'000.0;
    const double steps = 1.0 / (spec.controlRate_hz * model_.opt.timestep);
    spec.substeps = static_cast<int>(std::clamp(std::round(steps), 1.0, kMostSteps));
    if (steps > kMostSteps)
      task.fail("control_rate_hz", "a control step may have at most 10000 physics steps: at a timestep of " +
                                       text(model_.opt.timestep) + " s, " + text(spec.controlRate_hz) +
                                       " Hz are " + text(steps));
    else if (std::abs(steps - spec.substeps) > 1e-6 * steps)
      task.fail("control_rate_hz",
                "a control step must be a whole number of physics steps: at a timestep of " +
                    text(model_.opt.timestep) + " s, " + text(spec.controlRate_hz) + " Hz are " +
                    text(steps));
  }

  void readCameras(TomlSection& task) {
    d_.spec.cameras = task.textsOr("cameras", names_.all(mjOBJ_CAMERA));
    if (task.has("cameras"))
      for (const std::string& camera : d_.spec.cameras) names_.find(mjOBJ_CAMERA, camera, task, "cameras");
  }

  void readObservation(TomlSection& section) {
    const std::string name = readName(section, "name");
    ObservedTerm observed{readTerm(section), section.numberOr("scale", 1.0, 1e-6, 1e9)};
    const std::string description = section.text("description", "");
    section.finish();
    if (!observed.term) return;
    for (const TermPart& part : observed.term->parts()) {
      const std::string whole = part.suffix.empty() ? name : name + "_" + part.suffix;
      if (!taken_.insert(whole).second) section.fail("name", "there are two observations '" + whole + "'");
      const std::string said =
          part.suffix.empty() || description.empty() ? description : description + ", " + part.suffix;
      d_.spec.observation.push_back(
          {whole, part.unit, said.empty() ? part.description : said, observed.scale});
    }
    d_.observed.push_back(std::move(observed));
  }

  std::unique_ptr<Term> readTerm(TomlSection& section) {
    auto term = makeTerm(section, names_);
    const std::size_t actions = d_.spec.action.size();
    if (d_.drive && section.text("term", "") == "last_action" &&
        section.numberOr("number", 0.0) >= static_cast<double>(actions))
      section.doubt("number", "'number' in " + section.name() + " counts from 0 and must be below " +
                                  std::to_string(actions) + ", the number of actions");
    return term;
  }

  /// A term that gives one number.
  std::unique_ptr<Term> readSingle(TomlSection& section) {
    auto term = readTerm(section);
    if (!term || term->parts().size() == 1) return term;
    if (!term->parts().empty())
      section.fail("term", "this term gives " + std::to_string(term->parts().size()) +
                               " numbers; name one axis or joint to get one");
    return nullptr;
  }

  void readFeature(TomlSection& section) {
    Feature feature;
    feature.name = readName(section, "name");
    feature.title = section.text("title", feature.name);
    feature.priorWeight = section.numberOr("prior_weight", 0.0, -1e3, 1e3);
    feature.teacherWeight = section.numberOr("teacher_weight", feature.priorWeight, -1e3, 1e3);
    feature.style = section.flagOr("style", false);
    FeatureTerm measured{readSingle(section)};
    if (section.has("range")) {
      const std::size_t before = problems_.size();
      const auto ends = section.numbers("range", 2);
      if (ends[0] != ends[1]) {
        measured.zero = ends[0];
        measured.one = ends[1];
      } else if (problems_.size() == before) {
        section.fail("range", "'range' in " + section.name() + " must be two different numbers");
      }
    }
    const std::string unit = measured.term ? measured.term->parts().front().unit : "";
    const std::string units = unit == "1" ? "" : " " + unit;
    const std::string ends = ": 0 at " + text(measured.zero) + units + ", 1 at " + text(measured.one) + units;
    feature.description =
        section.text("description", measured.term ? measured.term->parts().front().description + ends : "");
    section.finish();
    if (!taken_.insert("feature " + feature.name).second)
      section.fail("name", "there are two features '" + feature.name + "'");
    if (!measured.term) return;
    d_.spec.features.push_back(std::move(feature));
    d_.features.push_back(std::move(measured));
  }

  void readThreshold(TomlSection& section, Condition& condition) {
    const char* side = condition.above ? "above" : "below";
    condition.threshold = section.number(side);
    const TermKind* kind = termKind(section.text("term", ""));
    if (kind && (condition.above ? condition.threshold >= kind->high : condition.threshold <= kind->low))
      section.doubt(side, "'" + kind->name + "' is never " + side + " " + text(condition.threshold));
  }

  void readCondition(TomlSection& section, std::vector<Condition>& list) {
    Condition condition{readSingle(section)};
    condition.above = section.has("above");
    if (condition.above == section.has("below"))
      section.fail("above", section.name() + " needs 'above' or 'below', one of them");
    else
      readThreshold(section, condition);
    const double hold_s = section.numberOr("hold_s", 0.0, 0.0, 1e4);
    condition.holdSteps = std::max(1, static_cast<int>(std::lround(hold_s * d_.spec.controlRate_hz)));
    if (condition.holdSteps > d_.spec.episodeSteps)
      section.doubt("hold_s", "'hold_s' in " + section.name() + " is longer than an episode, " +
                                  text(d_.spec.episodeSteps / d_.spec.controlRate_hz) + " s");
    section.finish();
    if (condition.term) list.push_back(std::move(condition));
  }

  void readReadout(TomlSection& section) {
    ReadoutTerm& shown = d_.readout;
    shown.term = readSingle(section);
    shown.title = section.text("title", section.text("term", ""));
    shown.unit = section.text("unit", shown.term ? shown.term->parts().front().unit : "");
    if (shown.unit == "1") shown.unit.clear();  // a plain number
    shown.scale = section.numberOr("scale", 1.0, 1e-9, 1e9);
    section.finish();
  }

  void readTraining(TomlSection& training) {
    const auto limit = [&](const char* key, HeightLimit& height) {
      auto section = training.section(key);
      if (!section) return;
      height.share = section->numberOr("share", 1.0, 0.0, 1.0);
      if (const auto range = section->range("height"))
        height.height_m = *range;
      else
        section->fail("height", section->name() + " needs 'height', a range in m");
      section->finish();
      if (d_.drive && !d_.drive->canPlaceTool())
        section->fail("height", section->name() + " needs [control] kind = \"tool\"");
    };
    limit("ceiling", d_.ceiling);
    limit("floor", d_.floor);
    d_.trainingResets = readResets(training.sections("reset"), names_, d_.drive.get());
    training.finish();
  }

  TomlSection top_;
  Problems& problems_;
  const mjModel& model_;
  SceneNames names_;
  std::set<std::string> taken_;
  TaskDescription d_;
};

}  // namespace

TaskDescription readDescription(const std::string& toml, const mjModel& model, Problems& problems) {
  const auto tree = parseToml(toml, "task.toml", problems);
  if (!tree) return {};
  return DescriptionReader(*tree, model, problems).read();
}

}  // namespace nudge
