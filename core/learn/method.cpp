#include "core/learn/method.h"

#include <chrono>
#include <cmath>
#include <optional>

#include "core/learn/method_table.h"

namespace nudge {

namespace {

Result<const Method*> find(const std::string& id) {
  std::string known;
  for (const Method* method : method::table()) {
    if (method->info.id == id) return method;
    known += (known.empty() ? "" : ", ") + method->info.id;
  }
  return Error{ErrorCode::NotFound, "there is no method '" + id + "'; there are " + known};
}

/// Layers of the same shape with uniform ±1/√in weights, as torch's own Linear.
Result<Mlp> untrained(const Mlp& shape, Random& random) {
  std::vector<DenseLayer> layers = shape.layers();
  for (DenseLayer& layer : layers) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(layer.weight.cols()));
    const auto draw = [&](float) { return static_cast<float>(random.uniform(-bound, bound)); };
    layer.weight = layer.weight.unaryExpr(draw).eval();
    layer.bias = layer.bias.unaryExpr(draw).eval();
  }
  return Mlp::fromLayers(std::move(layers));
}

Result<Actor> untrained(const Actor& shape, std::uint64_t seed) {
  Random random(deriveSeed(seed, 31));
  if (const CategoricalPolicy* choices = shape.categorical()) {
    auto network = untrained(choices->terms().front().network, random);
    if (!network) return network.error();
    auto policy = CategoricalPolicy::create({{std::move(*network), 1.0f}});
    if (!policy) return policy.error();
    return Actor(std::move(*policy));
  }
  const GaussianPolicy& gaussian = *shape.gaussian();
  auto network = untrained(gaussian.actor(), random);
  if (!network) return network.error();
  auto policy = GaussianPolicy::create(std::move(*network), gaussian.head());
  if (!policy) return policy.error();
  return Actor(std::move(*policy));
}

Status checkDensity(const MethodInfo& method, const Actor& prior) {
  if (prior.hasDensity() || !method.needsPriorDensity) return {};
  std::string others;
  for (const MethodInfo& info : methods())
    if (!info.needsPriorDensity) others += (others.empty() ? "" : ", ") + info.id;
  return Error{ErrorCode::InvalidInput, method.title + " cannot learn here: this lesson's prior only gives actions, not how likely "
                                            "they are. Learn with --method " + others +
                                            ", or import the prior again with --sigma."};
}

/// Whether the method can go on from what the newest version holds.
bool continues(const MethodInfo& method, const MereqInput& input) {
  if (!method.needsPriorDensity) return true;  // it imitates from whatever drives
  const auto maker = input.current.info.find("method");
  const bool learned = maker != input.current.info.end();
  if (!learned || input.current.info == input.prior.info) return !learned && !method.wholeReward;
  const auto made = find(maker->second);
  if (!made || !(*made)->info.needsPriorDensity) return !method.wholeReward;
  return (*made)->info.wholeReward == method.wholeReward;
}

/// Twice a second, and when a stage begins.
ProgressCallback calm(const ProgressCallback& progress) {
  using Clock = std::chrono::steady_clock;
  return [&progress, stage = std::string(), due = Clock::time_point()](const LearnProgress& now) mutable {
    if (now.stage == stage && Clock::now() < due) return true;
    stage = now.stage;
    due = Clock::now() + std::chrono::milliseconds(500);
    return progress(now);
  };
}

Result<MereqInput> anew(const MethodInfo& method, const MereqInput& input, std::uint64_t seed) {
  auto start = startingPolicy(method.id, input.prior, seed);
  if (!start) return start.error();
  MereqInput first = input;
  first.current = std::move(*start);
  if (input.prior.info.count("method")) first.current.residualCritics = {};  // they are of the lesson that it comes from
  first.theta.assign(input.theta.size(), 0.0);
  return first;
}

}  // namespace

const std::vector<MethodInfo>& methods() {
  static const std::vector<MethodInfo> all = [] {
    std::vector<MethodInfo> infos;
    for (const Method* method : method::table()) infos.push_back(method->info);
    return infos;
  }();
  return all;
}

Result<MethodInfo> findMethod(const std::string& id) {
  auto method = find(id);
  if (!method) return method.error();
  return (*method)->info;
}

Result<Policy> startingPolicy(const std::string& method, const Policy& prior, std::uint64_t seed) {
  auto found = find(method);
  if (!found) return found.error();
  if (auto fits = checkDensity((*found)->info, prior.actor); !fits) return fits.error();
  if (!(*found)->info.fromNothing) return prior;
  auto actor = untrained(prior.actor, seed);
  if (!actor) return actor.error();
  Policy policy;
  policy.actor = std::move(*actor);
  policy.info = prior.info;
  policy.info["kind"] = "untrained";
  return policy;
}

Result<MereqResult> learn(const std::string& method, const MereqInput& input, const MereqSettings& settings,
                          const ProgressCallback& progress) {
  auto found = find(method);
  if (!found) return found.error();
  if (auto fits = checkDensity((*found)->info, input.prior.actor); !fits) return fits.error();
  const MethodInfo& info = (*found)->info;
  std::optional<MereqInput> first;
  if (!continues(info, input)) {
    auto begun = anew(info, input, settings.seed);
    if (!begun) return begun.error();
    first = std::move(*begun);
  }
  auto result = (*found)->learn(first ? *first : input, settings, progress ? calm(progress) : progress);
  if (!result) return result;
  if (result->outcome == MereqOutcome::NewPolicy) {
    result->policy.info["method"] = method;
    if (first && input.current.info != input.prior.info)
      result->message = "Began anew: what the version before learned means something else to " + info.title + ". " + result->message;
  } else {
    result->policy = input.current;  // also for those that set out from another
    result->theta = input.theta;
  }
  return result;
}

}  // namespace nudge
