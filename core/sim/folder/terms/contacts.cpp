// How hard things touch.
#include <algorithm>
#include <cmath>

#include "core/sim/folder/term.h"

namespace nudge {
namespace {

class ContactForce final : public Term {
 public:
  ContactForce(const mjModel& model, const std::vector<int>& a, const std::vector<int>& b, double filter_s,
               const std::string& what)
      : Term({{"", "N", what}}),
        side_(static_cast<std::size_t>(model.ngeom), 0),
        share_(filter_s > 0.0 ? 1.0 - std::exp(-model.opt.timestep / filter_s) : 1.0) {
    for (const int geom : a) side_[static_cast<std::size_t>(geom)] |= 1;
    for (const int geom : b) side_[static_cast<std::size_t>(geom)] |= 2;
  }

  void read(const Moment&, std::span<double> values) const override { values[0] = smooth_N_; }
  int stateSize() const override { return 1; }
  void reset(const Moment&) override { smooth_N_ = 0.0; }
  void sense(const Moment& moment) override { smooth_N_ += share_ * (now_N(moment) - smooth_N_); }
  void save(std::span<double> state) const override { state[0] = smooth_N_; }
  void restore(std::span<const double> state) override { smooth_N_ = state[0]; }

 private:
  /// Length of the sum of all contacts' normal forces between the two sides.
  double now_N(const Moment& moment) const {
    Eigen::Vector3d sum_W = Eigen::Vector3d::Zero();
    for (int i = 0; i < moment.data.ncon; ++i) {
      const mjContact& contact = moment.data.contact[i];
      const int first = side_[static_cast<std::size_t>(contact.geom1)];
      const int second = side_[static_cast<std::size_t>(contact.geom2)];
      const bool forward = (first & 1) && (second & 2), backward = (first & 2) && (second & 1);
      if (!forward && !backward) continue;
      double force[6];
      mj_contactForce(&moment.model, &moment.data, i, force);
      const double sign = forward ? 1.0 : -1.0;
      sum_W += sign * force[0] * Eigen::Map<const Eigen::Vector3d>(contact.frame);
    }
    return sum_W.norm();
  }

  std::vector<unsigned char> side_;  ///< of each geom, as bits
  double share_;
  double smooth_N_ = 0.0;
};

std::unique_ptr<Term> makeContactForce(TermReader& r) {
  const std::string a = r.section.text("of"), b = r.section.text("with");
  const auto first = r.names.geoms(a, r.section, "of"), second = r.names.geoms(b, r.section, "with");
  const double filter_s = r.section.numberOr("filter_s", 0.05, 0.0, 10.0);
  return std::make_unique<ContactForce>(r.model(), first, second, filter_s,
                                        "force between " + a + " and " + b);
}

}  // namespace

std::vector<TermKind> contactTerms() {
  return {{"contact_force",
           "N",
           "how hard two things press on each other: their contacts' normal forces, smoothed",
           {{"of", "geom, or body with all its geoms", true},
            {"with", "the other one", true},
            {"filter_s", "time constant of the smoothing; 0.05 if not given, 0 for none"}},
           makeContactForce,
           0.0}};
}

}  // namespace nudge
