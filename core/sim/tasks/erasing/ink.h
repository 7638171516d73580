// A mark on the board: a wavy stroke of dots, each of which wears off as felt is rubbed over it.
#pragma once

#include <Eigen/Core>
#include <array>
#include <span>

#include "core/base/random.h"

namespace nudge {

/// Board coordinates: y, z in m, in the world frame. Plain value; state() is all of it.
class Ink {
 public:
  static constexpr int kDots = 40;
  static constexpr int kStateSize = 3 * kDots;  ///< y, z and what is left of each dot

  /// A fresh stroke somewhere on the board.
  void draw(Random& random);
  /// Felt of these half sizes, its middle at `felt`, moves by `travel` metres while pressed fully (share 1) or less.
  void rub(const Eigen::Vector2d& felt, const Eigen::Vector2d& halfSize, double travel_m, double share);

  Eigen::Vector2d dot(int i) const { return {dots_[i][0], dots_[i][1]}; }
  /// 1 fresh … 0 gone.
  double left(int i) const { return dots_[i][2]; }
  /// Mean over the dots.
  double left() const;

  /// What remains, weighted by how much of it: middle and standard deviation along y and z; `otherwise` and 0 when
  /// nothing does.
  struct Remains {
    Eigen::Vector2d middle, spread;
    Eigen::Vector2d nearest;  ///< the dot nearest to `from`
  };
  Remains remains(const Eigen::Vector2d& from) const;

  void save(std::span<double> state) const;
  void restore(std::span<const double> state);

 private:
  std::array<std::array<double, 3>, kDots> dots_{};
};

}  // namespace nudge
