#include "core/learn/sac.h"
#include "core/learn/soft_q.h"

namespace nudge {

Result<TrainedPrior> trainPrior(const std::string& taskId, const std::vector<double>& weights,
                                const SacSettings& settings, const ProgressCallback& progress) {
  auto task = makeTask(taskId);
  if (!task) return task.error();
  const auto world = makeTrainingEnvironment(std::move(*task), settings.wideStarts);
  return trainSac(*world, weights, settings, progress);
}

Result<TrainedPrior> trainPrior(const std::string& taskId, const std::vector<double>& weights,
                                const SoftQSettings& settings, const ProgressCallback& progress) {
  auto task = makeTask(taskId);
  if (!task) return task.error();
  const auto world = makeTrainingEnvironment(std::move(*task), settings.wideStarts);
  return trainSoftQ(*world, weights, settings, progress);
}

}  // namespace nudge
