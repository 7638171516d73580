// What the model's own sensors read.
#include <algorithm>

#include "core/sim/folder/term.h"

namespace nudge {
namespace {

/// Remembers the reading: what a sensor of forces and accelerations read belongs to the step before, which a
/// saved state does not have.
class Sensor final : public Term {
 public:
  Sensor(int at, std::vector<TermPart> parts)
      : Term(std::move(parts)), at_(at), reading_(this->parts().size()) {}
  void read(const Moment&, std::span<double> values) const override {
    std::copy(reading_.begin(), reading_.end(), values.begin());
  }
  int stateSize() const override { return static_cast<int>(reading_.size()); }
  void reset(const Moment& moment) override { sense(moment); }
  void sense(const Moment& moment) override {
    std::copy_n(moment.data.sensordata + at_, reading_.size(), reading_.begin());
  }
  void save(std::span<double> state) const override {
    std::copy(reading_.begin(), reading_.end(), state.begin());
  }
  void restore(std::span<const double> state) override {
    std::copy(state.begin(), state.end(), reading_.begin());
  }

 private:
  int at_;
  std::vector<double> reading_;
};

std::unique_ptr<Term> makeSensor(TermReader& r) {
  const std::string name = r.section.text("sensor");
  const int sensor = r.names.find(mjOBJ_SENSOR, name, r.section, "sensor");
  if (sensor < 0) return std::make_unique<Sensor>(0, std::vector<TermPart>());
  const int size = r.model().sensor_dim[sensor];
  const std::string letters = size == 4 ? "wxyz" : "xyz";
  std::vector<TermPart> parts;
  for (int i = 0; i < size; ++i) {
    const std::string part =
        size == 3 || size == 4 ? letters.substr(static_cast<std::size_t>(i), 1) : std::to_string(i);
    parts.push_back({size > 1 ? part : "", "SI", "sensor " + name});
  }
  return std::make_unique<Sensor>(r.model().sensor_adr[sensor], std::move(parts));
}

}  // namespace

std::vector<TermKind> sensorTerms() {
  return {{"sensor",
           "SI",
           "what a sensor of the MJCF reads: one number a dimension",
           {{"sensor", "its name", true}},
           makeSensor}};
}

}  // namespace nudge
