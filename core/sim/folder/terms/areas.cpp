// Places that something has been to.
#include <algorithm>
#include <cmath>

#include "core/sim/folder/term.h"

namespace nudge {
namespace {

/// A rectangle in x and y, cut into cells that count once something has been over them.
class VisitedArea final : public Term {
 public:
  VisitedArea(Place of, std::optional<Place> from, const std::vector<double>& low,
              const std::vector<double>& high, int columns, int rows, double below_m, const std::string& what)
      : Term({{"", "1", what}}),
        of_(of),
        from_(from),
        low_(low[0], low[1]),
        cell_((high[0] - low[0]) / columns, (high[1] - low[1]) / rows),
        columns_(columns),
        rows_(rows),
        below_m_(below_m),
        seen_(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows), 0) {}

  void read(const Moment&, std::span<double> values) const override {
    values[0] =
        static_cast<double>(std::count(seen_.begin(), seen_.end(), 1)) / static_cast<double>(seen_.size());
  }
  int stateSize() const override { return (static_cast<int>(seen_.size()) + kBits - 1) / kBits; }
  void reset(const Moment& moment) override {
    std::fill(seen_.begin(), seen_.end(), static_cast<unsigned char>(0));
    sense(moment);
  }
  void sense(const Moment& moment) override {
    Eigen::Vector3d p = of_.position_W(moment.data);
    if (from_) p = from_->rotation_W(moment.data).transpose() * (p - from_->position_W(moment.data));
    const Eigen::Vector2d at = (p.head<2>() - low_).cwiseQuotient(cell_);
    if (!(at.minCoeff() >= 0.0) || at.x() >= columns_ || at.y() >= rows_ || p.z() > below_m_) return;
    seen_[static_cast<std::size_t>(static_cast<int>(at.y()) * columns_ + static_cast<int>(at.x()))] = 1;
  }
  void save(std::span<double> state) const override {
    std::fill(state.begin(), state.end(), 0.0);
    for (std::size_t i = 0; i < seen_.size(); ++i)
      state[i / kBits] += seen_[i] ? std::ldexp(1.0, i % kBits) : 0.0;
  }
  void restore(std::span<const double> state) override {
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const auto bits =
          static_cast<std::uint64_t>(std::clamp(state[i / kBits], 0.0, std::ldexp(1.0, kBits) - 1.0));
      seen_[i] = (bits >> (i % kBits)) & 1u;
    }
  }

 private:
  static constexpr int kBits = 32;  ///< cells in one number of the state

  Place of_;
  std::optional<Place> from_;
  Eigen::Vector2d low_, cell_;
  int columns_, rows_;
  double below_m_;
  std::vector<unsigned char> seen_;
};

std::unique_ptr<Term> makeVisitedArea(TermReader& r) {
  const Place of = r.place("of");
  const auto from = r.placeIfNamed("from");
  std::vector<double> low = r.section.numbers("low", 2), high = r.section.numbers("high", 2);
  const std::vector<double> cells =
      r.section.has("cells") ? r.section.numbers("cells", 2) : std::vector{10.0, 10.0};
  constexpr double kMost = 64;
  if (!(high[0] > low[0] && high[1] > low[1])) {
    r.section.fail("high", "'high' must lie above 'low'");
    high = {low[0] + 1.0, low[1] + 1.0};
  }
  const auto count = [&](double wanted) {
    if (!(wanted >= 1.0 && wanted <= kMost))
      r.section.fail("cells", "'cells' must be between 1 and 64 each way");
    return static_cast<int>(std::clamp(wanted, 1.0, kMost));
  };
  const double below_m = r.section.numberOr("below", 1e10);
  return std::make_unique<VisitedArea>(of, from, low, high, count(cells[0]), count(cells[1]), below_m,
                                       "share of the area that " + r.section.text("of", "") + " has been to");
}

}  // namespace

std::vector<TermKind> areaTerms() {
  return {{"visited_area",
           "1",
           "share of a rectangle's cells that something has been over since the episode began",
           {{"of", "site, body or geom", true},
            {"from", "the rectangle lies in the frame of this site, body or geom instead of the world's"},
            {"low", "[x, y] of one corner, m", true},
            {"high", "[x, y] of the opposite corner, m", true},
            {"cells", "[columns, rows]; [10, 10] if not given"},
            {"below", "counts only while its z is at most this, m"}},
           makeVisitedArea,
           0.0,
           1.0}};
}

}  // namespace nudge
