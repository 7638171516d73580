#include "core/policy/package/onnx_actor.h"

#include <algorithm>
#include <cmath>

#include "core/policy/package/onnx_graph.h"
#include "core/policy/package/onnx_network.h"

namespace nudge {

using namespace package;

namespace {
/// What a learned policy may do with σ beyond what the file says: as far as priors of our own.
constexpr double kUsualLogStdMin = -2.3, kUsualLogStdMax = 1.0, kFreeLogStdMin = -20.0, kFreeLogStdMax = 2.0;
constexpr double kSame = 1e-6;

/// The usual names of outputs by role.
const std::map<std::string, std::vector<std::string>> kNames{
    {"mean", {"mean", "mu", "loc", "action_mean", "mean_action", "mean_actions", "actor_mean"}},
    {"log_std", {"log_std", "logstd", "log_sigma", "action_logstd", "action_log_std"}},
    {"std", {"std", "stddev", "std_dev", "action_std"}},
    {"action", {"action", "actions"}},
    {"logits", {"logits", "action_logits", "q_values"}}};

Eigen::VectorXd orZero(const std::vector<double>& values, Eigen::Index size) {
  if (values.empty()) return Eigen::VectorXd::Zero(size);
  return Eigen::Map<const Eigen::VectorXd>(values.data(), size);
}

/// All parts of a vector as one number, if they are.
std::optional<double> uniform(const Eigen::VectorXd& values) {
  if (values.size() == 0 || (values.array() - values(0)).abs().maxCoeff() > kSame) return std::nullopt;
  return values(0);
}

class Reader {
 public:
  Reader(OnnxGraph& graph, const OnnxMapping& mapping) : graph_(graph), e_(graph.expressions()), mapping_(mapping) {}

  Result<OnnxActor> read() {
    if (auto found = findOutputs(); !found) return found.error();
    result_.input = graph_.input();
    result_.producer = graph_.producer();
    auto actor = mapping_.choices ? categorical() : gaussian();
    if (!actor) return actor.error();
    result_.actor = std::move(*actor);
    return std::move(result_);
  }

 private:
  // ---- outputs ----------------------------------------------------------------------------------
  Status findOutputs() {
    const std::vector<std::string> names = graph_.outputs();
    if (names.empty()) return refusal("the model has no outputs");
    for (const auto& [role, name] : mapping_.outputs) {
      if (!kNames.count(role)) return refusal("an output's role is mean, log_std, std, action or logits, not '" + role.substr(0, 40) + "'");
      if (std::find(names.begin(), names.end(), name) == names.end()) return refusal("the model has no output '" + name.substr(0, 60) + "'");
      roles_[role] = name;
    }
    if (!mapping_.outputs.empty()) return {};
    for (const std::string& name : names) {
      std::string lower = name;
      std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (lower == "sigma")
        return refusal("the output 'sigma' may be sigma or its logarithm: say which in the contract, \"outputs\": {\"mean\": …, \"std\" or "
                      "\"log_std\": \"sigma\"}");
      for (const auto& [role, usual] : kNames)
        if (std::count(usual.begin(), usual.end(), lower)) roles_.emplace(role, name);
    }
    return {};
  }

  Result<const Value*> output(const std::string& role) {
    const auto name = roles_.find(role);
    if (name == roles_.end()) return refusal("the model has no output for " + role);
    result_.outputs[role] = name->second;
    return graph_.value(name->second);
  }

  /// The expression of an output with `count` numbers: of the first of `roles` that there is, or else of the first
  /// output without a usual name that fits.
  Result<int> numbers(const std::vector<std::string>& roles, std::size_t count) {
    for (const std::string& role : roles) {
      if (!roles_.count(role)) continue;
      auto value = output(role);
      if (!value) return value.error();
      return fitting(**value, role + " '" + roles_[role] + "'", count);
    }
    std::optional<Error> first;
    for (const std::string& name : graph_.outputs()) {
      auto value = graph_.value(name);
      auto found = value ? fitting(**value, "output '" + name + "'", count) : Result<int>(value.error());
      if (found) {
        result_.outputs[roles.back()] = name;
        return found;
      }
      if (!first) first = found.error();
    }
    return *first;
  }

  Result<int> fitting(const Value& value, const std::string& what, std::size_t count) {
    const auto* symbol = std::get_if<Symbol>(&value);
    if (!symbol) return refusal("its " + what + " does not depend on the observation");
    const int width = e_.at(symbol->expression).width;
    if (width != static_cast<int>(count))
      return refusal("its " + what + " has " + std::to_string(width) + " numbers, the task has " + std::to_string(count) +
                    (mapping_.choices ? " choices" : " actions"));
    return symbol->expression;
  }

  // ---- continuous actions -----------------------------------------------------------------------
  Result<Actor> gaussian() {
    auto raw = numbers({"mean", "action"}, mapping_.action.size());
    if (!raw) return raw.error();
    const Eigen::VectorXd k = Eigen::Map<const Eigen::VectorXd>(mapping_.actionScale.data(), static_cast<Eigen::Index>(mapping_.actionScale.size()));
    auto mean = e_.scale(*raw, k, orZero(mapping_.actionOffset, k.size()));
    if (!mean) return mean.error();
    GaussianHead head;
    auto bounded = findSquash(*raw, *mean, head);
    if (!bounded) return bounded.error();
    auto stages = withSigma(*bounded, k, head);
    if (!stages) return stages.error();
    auto network = networkOf(inTaskOrder(std::move(*stages)));
    if (!network) return network.error();
    auto policy = GaussianPolicy::create(std::move(*network), head);
    if (!policy) return policy.error();
    return Actor(std::move(*policy));
  }

  /// How the actions are bounded, by the graph or as stated; returns what comes before. raw: the file's own output.
  Result<int> findSquash(int raw, int mean, GaussianHead& head) {
    const Expression& top = e_.at(mean);
    const bool scaled = top.op == Op::Scale;
    const Expression& inner = scaled ? e_.at(top.from) : top;
    const Eigen::VectorXd s = scaled ? top.scale : Eigen::VectorXd(Eigen::VectorXd::Ones(top.width));
    const Eigen::VectorXd o = scaled ? top.offset : Eigen::VectorXd(Eigen::VectorXd::Zero(top.width));
    if (inner.op == Op::Tanh) {
      const bool whole = (s.array() - 1.0).abs().maxCoeff() < kSame && o.array().abs().maxCoeff() < kSame;
      head.squash = whole && mapping_.squash != Squash::Clip ? Squash::Tanh : Squash::Clip;
      return head.squash == Squash::Tanh ? inner.from : mean;
    }
    if (inner.op == Op::Clamp) {
      if (mapping_.squash == Squash::Tanh) return refusal("the graph clips its actions, so tanh was stated wrongly");
      head.squash = Squash::Clip;
      const Eigen::VectorXd a = s.cwiseProduct(inner.low) + o, b = s.cwiseProduct(inner.high) + o;
      const bool outside = a.cwiseMin(b).maxCoeff() <= -1.0 + kSame && a.cwiseMax(b).minCoeff() >= 1.0 - kSame;
      return outside ? e_.scale(inner.from, s, o) : Result<int>(mean);
    }
    auto squash = mapping_.squash ? mapping_.squash : squashOfAction(raw);
    if (!squash)
      return refusal("the file does not say how actions are bounded: state it, --squash tanh (as SAC does) or --squash clip (as PPO does), "
                    "or \"squash\" in the contract");
    head.squash = *squash;
    const bool own = (s.array() - 1.0).abs().maxCoeff() < kSame;
    if (*squash == Squash::Tanh && !own && scaled) return refusal(kTanhScale);
    const auto moves = [](double k) { return std::abs(k - 1.0) > kSame; };
    const auto shifts = [](double b) { return std::abs(b) > kSame; };
    if (*squash == Squash::Tanh && (std::any_of(mapping_.actionScale.begin(), mapping_.actionScale.end(), moves) ||
                                    std::any_of(mapping_.actionOffset.begin(), mapping_.actionOffset.end(), shifts)))
      return refusal(kTanhScale);
    return mean;
  }
  static constexpr const char* kTanhScale =
      "with tanh, 1.0 of an action of the file must be 1.0 of the task's; other scales and offsets need the action itself as an output";

  /// The action beside the mean says it too: tanh(mean) or a clipped mean.
  std::optional<Squash> squashOfAction(int raw) {
    if (!roles_.count("action") || !roles_.count("mean")) return std::nullopt;
    auto value = graph_.value(roles_["action"]);
    const auto* symbol = value ? std::get_if<Symbol>(*value) : nullptr;
    if (!symbol) return std::nullopt;
    int id = symbol->expression;
    if (e_.at(id).op == Op::Scale) id = e_.at(id).from;
    if (e_.at(id).from != raw) return std::nullopt;
    if (e_.at(id).op == Op::Tanh) return Squash::Tanh;
    if (e_.at(id).op == Op::Clamp) return Squash::Clip;
    return std::nullopt;
  }

  /// The mean's layers with log σ beside it, as the file or the caller says.
  Result<std::vector<Stage>> withSigma(int mean, const Eigen::VectorXd& k, GaussianHead& head) {
    const bool inFile = roles_.count("log_std") || roles_.count("std");
    if (!inFile) {
      auto stages = stagesOf(e_, pathTo(e_, mean));
      if (!stages) return stages.error();
      if (mapping_.deterministic) {
        head.sigma = Sigma::None;
        result_.sigma = "none";
        return stages;
      }
      auto logStd = statedSigma(k.size());
      if (!logStd) return logStd.error();
      constantSigma(*stages, *logStd, head);
      return stages;
    }
    if (!mapping_.sigma.empty()) return refusal("the file gives its own sigma, so none can be stated");
    if (mapping_.deterministic) return refusal("the file gives its own sigma, so it is not deterministic");
    const bool isStd = !roles_.count("log_std");
    auto value = output(isStd ? "std" : "log_std");
    if (!value) return value.error();
    const Eigen::VectorXd shift = k.cwiseAbs().array().log();
    if (const auto* constant = std::get_if<Constant>(*value)) return fixedSigma(mean, *constant, isStd, shift, head);
    return learnedSigma(mean, std::get<Symbol>(**value).expression, isStd, shift, head);
  }

  /// The logarithm of σ as stated, or the usual one, in the file's order.
  Result<Eigen::VectorXd> statedSigma(Eigen::Index actions) {
    const bool stated = !mapping_.sigma.empty();
    result_.sigma = stated ? "stated" : "usual";
    std::vector<double> sigma = stated ? mapping_.sigma : std::vector{mapping_.usualSigma};
    if (sigma.size() == 1) sigma.resize(static_cast<std::size_t>(actions), sigma.front());
    if (sigma.size() != static_cast<std::size_t>(actions))
      return refusal("sigma has " + std::to_string(sigma.size()) + " numbers, the task has " + std::to_string(actions) + " actions");
    const Eigen::VectorXd logStd = Eigen::Map<const Eigen::VectorXd>(sigma.data(), actions).array().log();
    if (logStd.allFinite() && logStd.cwiseAbs().maxCoeff() <= -kFreeLogStdMin) return logStd;
    return refusal(stated ? "the sigma that is stated must lie between 2.1e-9 and 4.8e8"
                          : "the file gives no sigma, so a positive one has to be stated");
  }

  Result<std::vector<Stage>> fixedSigma(int mean, const Constant& constant, bool isStd, const Eigen::VectorXd& shift, GaussianHead& head) {
    const auto count = static_cast<std::size_t>(shift.size());
    if (constant.values.size() != count && constant.values.size() != 1)
      return refusal("sigma has " + std::to_string(constant.values.size()) + " numbers, the task has " + std::to_string(count) + " actions");
    Eigen::VectorXd logStd(shift.size());
    for (Eigen::Index i = 0; i < logStd.size(); ++i) {
      const double one = constant.values[constant.values.size() == 1 ? 0 : static_cast<std::size_t>(i)];
      logStd(i) = (isStd ? std::log(one) : one) + shift(i);
    }
    if (!logStd.allFinite() || logStd.array().abs().maxCoeff() > -kFreeLogStdMin) return refusal("its sigma is no usable number");
    auto stages = stagesOf(e_, pathTo(e_, mean));
    if (!stages) return stages.error();
    result_.sigma = "constant in the file";
    constantSigma(*stages, logStd, head);
    return stages;
  }

  /// log σ that does not depend on the observation, in the file's order.
  static void constantSigma(std::vector<Stage>& stages, const Eigen::VectorXd& logStd, GaussianHead& head) {
    Stage& last = stages.back();
    const Eigen::Index actions = last.weight.rows();
    last.weight.conservativeResizeLike(Eigen::MatrixXd::Zero(2 * actions, last.weight.cols()));
    last.bias.conservativeResize(2 * actions);
    last.bias.tail(actions) = logStd;
    head.logStdMin = static_cast<float>(std::min(kUsualLogStdMin, logStd.minCoeff()));
    head.logStdMax = static_cast<float>(std::max(kUsualLogStdMax, logStd.maxCoeff()));
  }

  Result<std::vector<Stage>> learnedSigma(int mean, int sigma, bool isStd, const Eigen::VectorXd& shift, GaussianHead& head) {
    if (e_.at(sigma).width != static_cast<int>(shift.size()))
      return refusal("log sigma has " + std::to_string(e_.at(sigma).width) + " numbers, the task has " + std::to_string(shift.size()) + " actions");
    if (isStd && e_.at(sigma).op != Op::Exp) return refusal("the file's sigma is not the exponential of something: export log sigma");
    if (isStd) sigma = e_.at(sigma).from;
    auto raw = boundsOf(sigma, shift, head);
    if (!raw) return raw.error();
    result_.sigma = "from the file";
    return sideBySide(e_, pathTo(e_, mean), pathTo(e_, *raw));
  }

  /// The bounds that the graph puts on log σ, as the head knows them; returns what comes before.
  Result<int> boundsOf(int sigma, const Eigen::VectorXd& shift, GaussianHead& head) {
    const Expression& top = e_.at(sigma);
    const Expression& inner = top.op == Op::Scale ? e_.at(top.from) : top;
    const auto by = uniform(shift);
    head.logStdMin = static_cast<float>(kFreeLogStdMin);
    head.logStdMax = static_cast<float>(kFreeLogStdMax);
    if (top.op == Op::Clamp) {
      const auto low = uniform(top.low), high = uniform(top.high);
      if (!low || !high || !by) return refusal("the bounds of log sigma differ between actions");
      head.logStdMin = static_cast<float>(std::clamp(*low + *by, kFreeLogStdMin, -kFreeLogStdMin));
      head.logStdMax = static_cast<float>(std::clamp(*high + *by, kFreeLogStdMin, -kFreeLogStdMin));
      return e_.scale(top.from, Eigen::VectorXd::Ones(top.width), shift);
    }
    if (inner.op == Op::Tanh) {
      const auto half = top.op == Op::Scale ? uniform(top.scale) : 1.0, middle = top.op == Op::Scale ? uniform(top.offset) : 0.0;
      if (!half || !middle || !by || !(*half > 0.0)) return refusal("the bounds of log sigma differ between actions");
      head.sigma = Sigma::Squashed;
      head.logStdMin = static_cast<float>(*middle - *half + *by);
      head.logStdMax = static_cast<float>(*middle + *half + *by);
      return inner.from;
    }
    if (top.op == Op::Dense && top.weight.isZero(0.0)) {  // written as mean·0 + log σ
      const Eigen::VectorXd values = top.offset + shift;
      head.logStdMin = static_cast<float>(std::min(kUsualLogStdMin, values.minCoeff()));
      head.logStdMax = static_cast<float>(std::max(kUsualLogStdMax, values.maxCoeff()));
    }
    return e_.scale(sigma, Eigen::VectorXd::Ones(top.width), shift);
  }

  // ---- choices ----------------------------------------------------------------------------------
  Result<Actor> categorical() {
    auto logits = numbers({"logits"}, mapping_.action.size());
    if (!logits) return logits.error();
    int top = *logits;
    // What normalises is the same for all choices.
    if (e_.at(top).op == Op::LogSoftmax || e_.at(top).op == Op::Softmax) top = e_.at(top).from;
    std::vector<int> branches{top};
    std::vector<CategoricalPolicy::Term> terms;
    while (!branches.empty()) {
      const int branch = branches.back();
      branches.pop_back();
      if (const Expression& sum = e_.at(branch); sum.op == Op::Sum) {
        branches.insert(branches.end(), {sum.other, sum.from});
        if (branches.size() + terms.size() > 64) return refusal("it adds up too many networks");
        continue;
      }
      auto stages = stagesOf(e_, pathTo(e_, branch));
      if (!stages) return stages.error();
      auto network = networkOf(inTaskOrder(std::move(*stages)));
      if (!network) return network.error();
      terms.push_back({std::move(*network), 1.0f});
    }
    result_.sigma = "none needed";
    auto policy = CategoricalPolicy::create(std::move(terms));
    if (!policy) return policy.error();
    return Actor(std::move(*policy));
  }

  /// The first layer's columns and the last one's rows as the task has them.
  std::vector<Stage> inTaskOrder(std::vector<Stage> stages) const {
    Stage &first = stages.front(), &last = stages.back();
    Eigen::MatrixXd columns = Eigen::MatrixXd::Zero(first.weight.rows(), mapping_.observationSize);
    for (std::size_t i = 0; i < mapping_.observation.size(); ++i)
      columns.col(mapping_.observation[i]) += mapping_.observationScale[i] * first.weight.col(static_cast<Eigen::Index>(i));
    first.bias += first.weight * orZero(mapping_.observationOffset, first.weight.cols());
    first.weight = std::move(columns);
    const Stage before = last;
    const auto count = static_cast<Eigen::Index>(mapping_.action.size());
    for (Eigen::Index row = 0; row < before.weight.rows(); ++row) {  // the means, then log σ in the same order
      const Eigen::Index from = row / count * count + mapping_.action[static_cast<std::size_t>(row % count)];
      last.weight.row(row) = before.weight.row(from);
      last.bias(row) = before.bias(from);
    }
    return stages;
  }

  OnnxGraph& graph_;
  Expressions& e_;
  const OnnxMapping& mapping_;
  std::map<std::string, std::string> roles_;
  OnnxActor result_;
};
}  // namespace

Result<OnnxActor> readOnnxActor(std::span<const std::uint8_t> bytes, const OnnxMapping& mapping) {
  auto graph = OnnxGraph::open(bytes, mapping.input, static_cast<int>(mapping.observation.size()), mapping.observationBy);
  if (!graph) return graph.error();
  return Reader(**graph, mapping).read();
}

}  // namespace nudge
