// What both kinds of residual learner share, and how to make one; makeResidualLearner() picks, and has checked
// that prior and current fit each other. Internal to core/learn, because it includes torch.
#pragma once

#include "core/learn/nets.h"
#include "core/learn/residual_q.h"

namespace nudge::learn {

/// The replay and the loop over it.
class ReplayLearner : public ResidualLearner {
 public:
  std::int64_t transitions() const override { return replay_.size(); }
  void train(std::span<const double> theta, int updates, const std::function<bool()>& keepGoing) override;
  bool foresees() const override { return true; }
  void foresee(int, const std::function<bool()>&) override {}
  TransitionRows experience() const override;

 protected:
  /// more: widths of the columns after observation, action, features, next observation and done.
  ReplayLearner(const Policy& prior, const Policy& current, int featureCount, const MereqSettings& settings,
                const std::vector<std::int64_t>& more);
  /// One update under theta [features] on a batch of all columns.
  virtual void update(const std::vector<Tensor>& columns, const Tensor& theta) = 0;
  int features() const { return features_; }
  /// Of an update of the policy, which is counted: the rate falls with all that it has had since it was the prior.
  double nextRate();
  /// `current` with how many updates it has had by now.
  Policy counted() const;

  const MereqSettings settings_;
  Replay replay_;

 private:
  const Policy current_;
  const int features_;
  const std::int64_t updatesOfPrior_;
  std::int64_t updates_;
  Random random_;
  std::vector<Tensor> columns_;
};

/// Residual SAC; both actors are Gaussian.
std::unique_ptr<ResidualLearner> makeResidualSac(const Policy& prior, const Policy& current, int featureCount,
                                                 const MereqSettings& settings);
/// Residual soft Q-learning; both actors are categorical.
std::unique_ptr<ResidualLearner> makeResidualSoftQ(const Policy& prior, const Policy& current, int featureCount,
                                                   const MereqSettings& settings);

}  // namespace nudge::learn
