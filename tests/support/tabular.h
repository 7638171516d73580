// Tabular MDPs, solved exactly, and one of them as a task: a walk along cells with named choices.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/policy/actor.h"
#include "core/sim/task.h"

namespace nudge::test {

using Table = std::vector<std::vector<double>>;  ///< [states][choices]

struct Mdp {
  int states = 0, choices = 0, features = 0;
  double discount = 0.9;
  std::vector<std::vector<std::vector<double>>> next;  ///< P(s'|s,a) [states][choices][states]
  std::vector<std::vector<std::vector<double>>> f;     ///< f(s,a) [states][choices][features]

  Table table(double value = 0.0) const { return Table(states, std::vector<double>(choices, value)); }
  Table reward(const std::vector<double>& weights) const {
    Table r = table();
    for (int s = 0; s < states; ++s)
      for (int a = 0; a < choices; ++a)
        for (int k = 0; k < features; ++k) r[s][a] += weights[k] * f[s][a][k];
    return r;
  }
};

inline double logSumExp(const std::vector<double>& x) {
  const double top = *std::max_element(x.begin(), x.end());
  double sum = 0.0;
  for (const double v : x) sum += std::exp(v - top);
  return top + std::log(sum);
}

/// log of π ∝ exp((q + bonus)/α).
inline Table logPolicy(const Table& q, const Table& bonus, double alpha) {
  Table result = q;
  for (std::size_t s = 0; s < q.size(); ++s) {
    for (std::size_t a = 0; a < q[s].size(); ++a) result[s][a] = (q[s][a] + bonus[s][a]) / alpha;
    const double norm = logSumExp(result[s]);
    for (double& v : result[s]) v -= norm;
  }
  return result;
}

/// Q = r + γ E[ α log Σ exp((Q + bonus)/α) ]; bonus is ω' log π for the residual form, else 0.
inline Table softQ(const Mdp& mdp, const Table& reward, const Table& bonus, double alpha) {
  Table q = mdp.table();
  for (int sweep = 0; sweep < 300; ++sweep) {
    std::vector<double> value(mdp.states);
    for (int s = 0; s < mdp.states; ++s) {
      std::vector<double> x(mdp.choices);
      for (int a = 0; a < mdp.choices; ++a) x[a] = (q[s][a] + bonus[s][a]) / alpha;
      value[s] = alpha * logSumExp(x);
    }
    for (int s = 0; s < mdp.states; ++s)
      for (int a = 0; a < mdp.choices; ++a) {
        q[s][a] = reward[s][a];
        for (int t = 0; t < mdp.states; ++t) q[s][a] += mdp.discount * mdp.next[s][a][t] * value[t];
      }
  }
  return q;
}

/// ψ = (1−γ) f + γ E_{s', a'~π}[ψ(s',a')], [states][choices][features].
inline std::vector<std::vector<std::vector<double>>> successorFeatures(const Mdp& mdp, const Table& logPi) {
  auto psi = mdp.f;
  for (int sweep = 0; sweep < 300; ++sweep) {
    std::vector<std::vector<double>> value(mdp.states, std::vector<double>(mdp.features));
    for (int s = 0; s < mdp.states; ++s)
      for (int a = 0; a < mdp.choices; ++a)
        for (int k = 0; k < mdp.features; ++k) value[s][k] += std::exp(logPi[s][a]) * psi[s][a][k];
    for (int s = 0; s < mdp.states; ++s)
      for (int a = 0; a < mdp.choices; ++a)
        for (int k = 0; k < mdp.features; ++k) {
          psi[s][a][k] = (1.0 - mdp.discount) * mdp.f[s][a][k];
          for (int t = 0; t < mdp.states; ++t) psi[s][a][k] += mdp.discount * mdp.next[s][a][t] * value[t][k];
        }
  }
  return psi;
}

/// log π as a policy on one-hot observations.
inline CategoricalPolicy tabularPolicy(const Table& logPi) {
  const auto states = static_cast<Eigen::Index>(logPi.size()), choices = static_cast<Eigen::Index>(logPi[0].size());
  DenseLayer layer{Eigen::MatrixXf::Zero(choices, states), Eigen::VectorXf::Zero(choices)};
  for (Eigen::Index s = 0; s < states; ++s)
    for (Eigen::Index a = 0; a < choices; ++a)
      layer.weight(a, s) = static_cast<float>(logPi[static_cast<std::size_t>(s)][static_cast<std::size_t>(a)]);
  return CategoricalPolicy::create({{Mlp::fromLayers({layer}).value(), 1.0f}}).value();
}

/// A walk: left, stay or right along cells, with a slip now and then. Features: place (0 left … 1 right) before the
/// step, and effort (1 unless it stays). Episodes of 20 steps.
class WalkTask : public Task {
 public:
  static constexpr int kCells = 7, kChoices = 3;
  static constexpr double kSlip = 0.1;

  static Mdp mdp(double discount) {
    Mdp m;
    m.states = kCells;
    m.choices = kChoices;
    m.features = 2;
    m.discount = discount;
    for (int s = 0; s < kCells; ++s) {
      m.next.emplace_back(kChoices, std::vector<double>(kCells));
      m.f.emplace_back(kChoices, std::vector<double>{s / (kCells - 1.0), 1.0});
      m.f[s][1][1] = 0.0;
      for (int a = 0; a < kChoices; ++a) {
        m.next[s][a][move(s, a)] += 1.0 - kSlip;
        m.next[s][a][s] += kSlip;
      }
    }
    return m;
  }

  WalkTask() {
    spec_.id = "walk";
    for (int s = 0; s < kCells; ++s) spec_.observation.push_back({"cell_" + std::to_string(s), "1", ""});
    spec_.action = {{"choice", "1", "left, stay or right"}};
    spec_.discreteActions = {"left", "stay", "right"};
    spec_.features = {{"place", "place", "", 0.2, -0.3, true}, {"effort", "effort", "", -0.1, -0.1, false}};
    spec_.episodeSteps = 20;
    spec_.discount = 0.8;
  }
  const TaskSpec& spec() const override { return spec_; }
  void reset(std::uint64_t seed) override {
    cell_ = static_cast<int>(seed % kCells);
    steps_ = 0;
    slip_ = static_cast<double>(deriveSeed(seed, 3) % 100'000);
  }
  void begin(std::span<const float> action) override { action_ = static_cast<int>(action[0]); }
  void advance(int) override {}
  StepOutcome end() override {
    before_ = cell_;
    slip_ = static_cast<double>(deriveSeed(static_cast<std::uint64_t>(slip_), 1) % 100'000);
    if (slip_ >= kSlip * 100'000) cell_ = move(cell_, action_);
    ++steps_;
    return {};
  }
  void observe(std::span<float> o) const override {
    for (int s = 0; s < kCells; ++s) o[static_cast<std::size_t>(s)] = s == cell_ ? 1.0f : 0.0f;
  }
  void features(std::span<float> f) const override {
    f[0] = static_cast<float>(before_ / (kCells - 1.0));
    f[1] = action_ == 1 ? 0.0f : 1.0f;
  }
  EpisodeStatus status() const override { return {true, false, 0.0}; }
  int stepIndex() const override { return steps_; }
  int stateSize() const override { return 3; }
  void save(std::span<double> state) const override {
    state[0] = cell_;
    state[1] = steps_;
    state[2] = slip_;
  }
  Status restore(std::span<const double> state) override {
    if (state.size() != 3) return Error{ErrorCode::InvalidInput, "another size"};
    cell_ = static_cast<int>(state[0]);
    steps_ = static_cast<int>(state[1]);
    slip_ = state[2];
    return {};
  }
  const mjModel_& model() const override { checkFailed(__FILE__, __LINE__, "model", "a walk has none"); }
  mjData_& data() override { checkFailed(__FILE__, __LINE__, "data", "a walk has none"); }
  const std::string& mjcf() const override { return mjcf_; }
  void toolPosition(std::span<double, 3> p_WT) const override { std::fill(p_WT.begin(), p_WT.end(), 0.0); }
  void toolVelocityToAction(std::span<const double, 3>, std::span<float> action) const override { action[0] = 1.0f; }

 private:
  static int move(int cell, int action) { return std::clamp(cell + action - 1, 0, kCells - 1); }
  TaskSpec spec_;
  std::string mjcf_ = "<mujoco/>";
  int cell_ = 0, before_ = 0, action_ = 1, steps_ = 0;
  double slip_ = 0.0;
};

}  // namespace nudge::test
