#include "core/learn/method.h"

#include <cmath>

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
  auto result = (*found)->learn(input, settings, progress);
  if (!result) return result;
  if (result->outcome == MereqOutcome::NewPolicy) {
    result->policy.info["method"] = method;
  } else {
    result->policy = input.current;  // also for those that set out from another
  }
  return result;
}

}  // namespace nudge
