#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/policy/package/contract.h"

namespace nudge::package {

namespace {
using nlohmann::json;

constexpr std::size_t kCount = 32;
constexpr std::uint64_t kSeed = 20;
// Room for another BLAS or instruction set; a wrong weight, order or scale is far outside.
// Logits are values over a small temperature, so round-off shows more in them.
constexpr double kTolerance = 1e-4, kLogitTolerance = 2e-3;

bool close(const std::vector<float>& a, const std::vector<float>& b, double tolerance = kTolerance) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [tolerance](float x, float y) {
    return std::abs(static_cast<double>(x) - static_cast<double>(y)) <=
           tolerance * std::max(1.0, std::abs(static_cast<double>(y)));
  });
}

/// True for the index of the likeliest choice, or of one that round-off could make the likeliest.
bool isLikeliest(const std::vector<float>& action, const std::vector<float>& logits) {
  if (action.size() != 1 || !(action[0] >= 0.0f && action[0] < static_cast<float>(logits.size()))) return false;
  const float top = *std::max_element(logits.begin(), logits.end());
  return logits[static_cast<std::size_t>(action[0])] >= top - static_cast<float>(kLogitTolerance);
}
}  // namespace

GoldenVector evaluate(Policy& policy, const PackageContract& contract, std::vector<float> observation) {
  GoldenVector golden;
  golden.observation = std::move(observation);
  std::vector<float> scaled = golden.observation;
  for (std::size_t i = 0; i < scaled.size(); ++i)
    scaled[i] /= static_cast<float>(contract.observation[i].scale);
  if (CategoricalPolicy* discrete = policy.actor.categorical()) {
    golden.logits.resize(contract.discreteActions.size());
    discrete->logProbabilities(scaled, golden.logits);
    golden.action = {static_cast<float>(discrete->mode(scaled))};
    return golden;
  }
  const std::size_t actions = contract.action.size();
  golden.action.resize(actions);
  golden.mean.resize(actions);
  golden.logStd.resize(actions);
  policy.actor.gaussian()->distribution(scaled, golden.mean, golden.logStd);
  for (std::size_t i = 0; i < actions; ++i)
    golden.action[i] = squashed(policy.actor.gaussian()->head().squash, golden.mean[i]) * static_cast<float>(contract.action[i].scale);
  if (policy.actor.gaussian()->deterministic()) golden.logStd.clear();
  return golden;
}

std::vector<GoldenVector> makeGolden(Policy policy, const PackageContract& contract) {
  Random random(kSeed);
  std::vector<GoldenVector> golden;
  for (std::size_t n = 0; n < kCount; ++n) {
    std::vector<float> observation;
    for (const PackageQuantity& q : contract.observation)
      observation.push_back(n == 0 ? 0.0f : static_cast<float>(q.scale * random.normal()));
    golden.push_back(evaluate(policy, contract, std::move(observation)));
  }
  return golden;
}

std::string writeGolden(const std::vector<GoldenVector>& golden) {
  std::string text = "[\n";  // one vector a line: a difference between two packages is readable
  for (std::size_t n = 0; n < golden.size(); ++n) {
    const GoldenVector& g = golden[n];
    json vector{{"observation", g.observation}, {"action", g.action}};
    if (g.logits.empty()) {
      vector["mean"] = g.mean;
      if (!g.logStd.empty()) vector["log_std"] = g.logStd;
    } else {
      vector["logits"] = g.logits;
    }
    text += vector.dump();
    text += n + 1 < golden.size() ? ",\n" : "\n]\n";
  }
  return text;
}

Status verifyGolden(const std::string& text, Policy policy, const PackageContract& contract) {
  try {
    const json list = json::parse(text);
    if (!list.is_array() || list.empty()) return Error{ErrorCode::Corrupt, "there are no golden vectors"};
    for (std::size_t n = 0; n < list.size(); ++n) {
      const auto read = [&](const char* key) { return list[n].at(key).get<std::vector<float>>(); };
      std::vector<float> observation = read("observation");
      if (observation.size() != contract.observation.size())
        return Error{ErrorCode::Corrupt,
                     "golden vector " + std::to_string(n) + " has another size than the contract"};
      const GoldenVector ours = evaluate(policy, contract, std::move(observation));
      const bool same = policy.actor.discrete()
                            ? close(read("logits"), ours.logits, kLogitTolerance) && isLikeliest(read("action"), ours.logits)
                            : close(read("mean"), ours.mean) && close(read("action"), ours.action) &&
                                  (ours.logStd.empty() || close(read("log_std"), ours.logStd));
      if (!same)
        return Error{ErrorCode::Corrupt,
                     "golden vector " + std::to_string(n) + " does not come out of the policy"};
    }
    return {};
  } catch (const json::exception& error) {
    return Error{ErrorCode::Corrupt, std::string("the golden vectors are damaged: ") + error.what()};
  }
}

}  // namespace nudge::package
