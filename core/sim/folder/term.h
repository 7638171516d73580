// The library of terms: what a task.toml can measure. One table of kinds serves observations, features,
// success and failure, and is what `nudge-cli check-task --terms` prints. terms/ has one small file per group
// of kinds.
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/sim/folder/scene.h"

namespace nudge {

/// What a term looks at. Positions, velocities and contacts in `data` belong to the present state.
struct Moment {
  const mjModel& model;
  const mjData& data;
  std::span<const double> action,
      previousAction;  ///< of the last two control steps, in [−1, 1]; 0 after a reset
  double share = 0.0;  ///< of the episode's time that is gone
};

/// One number that a term gives.
struct TermPart {
  std::string suffix;       ///< "x" in tool_velocity_x; empty if the term is one number
  std::string unit;         ///< SI
  std::string description;  ///< "tip minus puck, world x"
};

/// A measurement of the world. Some remember (a filter, places visited): what they remember is part of the
/// task's state. Owned by one task, used by its thread.
class Term {
 public:
  virtual ~Term() = default;
  Term(const Term&) = delete;
  Term& operator=(const Term&) = delete;

  const std::vector<TermPart>& parts() const { return parts_; }
  /// values [parts]
  virtual void read(const Moment& moment, std::span<double> values) const = 0;

  virtual int stateSize() const { return 0; }
  virtual void reset(const Moment&) {}
  /// After every physics step.
  virtual void sense(const Moment&) {}
  virtual void save(std::span<double>) const {}
  virtual void restore(std::span<const double>) {}

 protected:
  explicit Term(std::vector<TermPart> parts) : parts_(std::move(parts)) {}

 private:
  std::vector<TermPart> parts_;
};

struct TermParameter {
  std::string name, description;
  bool required = false;
};

/// What a kind is made from: the section that names it, and the model.
struct TermReader {
  TomlSection& section;
  const SceneNames& names;

  const mjModel& model() const { return names.model(); }
  Place place(const std::string& key) { return names.place(section.text(key), section, key); }
  std::optional<Place> placeIfNamed(const std::string& key) {
    if (!section.has(key)) return std::nullopt;
    return place(key);
  }
};

struct TermKind {
  std::string name, unit, summary;
  std::vector<TermParameter> parameters;
  std::unique_ptr<Term> (*make)(TermReader& reader);
  double low = -std::numeric_limits<double>::infinity(), high = -low;  ///< between which its numbers lie
};

/// All kinds, in the order to show them.
const std::vector<TermKind>& termKinds();

/// Null if there is none of that name.
const TermKind* termKind(const std::string& name);

/// The term that the section's `term` names; null with a problem if there is none. What is wrong in its
/// parameters is a problem too, but gives a harmless term.
std::unique_ptr<Term> makeTerm(TomlSection& section, const SceneNames& names);

/// Groups of kinds, one a file.
std::vector<TermKind> placeTerms();
std::vector<TermKind> shapeTerms();
std::vector<TermKind> motionTerms();
std::vector<TermKind> jointTerms();
std::vector<TermKind> contactTerms();
std::vector<TermKind> actionTerms();
std::vector<TermKind> areaTerms();
std::vector<TermKind> sensorTerms();

/// One part a named axis: suffix and description end in it. One axis alone needs no suffix.
std::vector<TermPart> axisParts(const std::vector<int>& axes, const std::string& unit,
                                const std::string& what);

}  // namespace nudge
