// What the robot was told.
#include <algorithm>

#include "core/sim/folder/term.h"

namespace nudge {
namespace {

/// Mean square of the action: 0 still, 1 full speed in every action.
class Effort final : public Term {
 public:
  Effort() : Term({{"", "1", "mean square of the action"}}) {}
  void read(const Moment& moment, std::span<double> values) const override {
    double squares = 0.0;
    for (const double one : moment.action) squares += one * one;
    values[0] = squares / static_cast<double>(moment.action.size());
  }
};

/// Mean square of half its change since the step before, in [0, 1].
class Change final : public Term {
 public:
  Change() : Term({{"", "1", "mean square of half the action's change"}}) {}
  void read(const Moment& moment, std::span<double> values) const override {
    double squares = 0.0;
    for (std::size_t i = 0; i < moment.action.size(); ++i) {
      const double half = 0.5 * (moment.action[i] - moment.previousAction[i]);
      squares += half * half;
    }
    values[0] = squares / static_cast<double>(moment.action.size());
  }
};

class LastAction final : public Term {
 public:
  explicit LastAction(int index)
      : Term({{"", "1", "last action"}}), index_(static_cast<std::size_t>(index)) {}
  void read(const Moment& moment, std::span<double> values) const override {
    values[0] = index_ < moment.action.size() ? moment.action[index_] : 0.0;
  }

 private:
  std::size_t index_;
};

class Time final : public Term {
 public:
  Time() : Term({{"", "1", "share of the episode that is gone"}}) {}
  void read(const Moment& moment, std::span<double> values) const override { values[0] = moment.share; }
};

std::unique_ptr<Term> makeEffort(TermReader&) {
  return std::make_unique<Effort>();
}
std::unique_ptr<Term> makeChange(TermReader&) {
  return std::make_unique<Change>();
}
std::unique_ptr<Term> makeTime(TermReader&) {
  return std::make_unique<Time>();
}
std::unique_ptr<Term> makeLastAction(TermReader& r) {
  return std::make_unique<LastAction>(r.section.countOr("number", 0, 0, 63));
}

}  // namespace

std::vector<TermKind> actionTerms() {
  return {{"control_effort",
           "1",
           "mean square of the action: 0 still, 1 full in every action",
           {},
           makeEffort,
           0.0,
           1.0},
          {"action_change",
           "1",
           "mean square of half the action's change since the step before, 0 to 1",
           {},
           makeChange,
           0.0,
           1.0},
          {"last_action",
           "1",
           "one number of the last action, -1 to 1",
           {{"number", "which, counted from 0; 0 if not given"}},
           makeLastAction,
           -1.0,
           1.0},
          {"time", "1", "share of the episode that is gone, 0 to 1", {}, makeTime, 0.0, 1.0}};
}

}  // namespace nudge
