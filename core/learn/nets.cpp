#include "core/learn/nets.h"

#include <ATen/CPUGeneratorImpl.h>
#include <omp.h>

#include <cmath>
#include <numbers>

namespace nudge::learn {

namespace {

std::int64_t parameterCount(const std::vector<std::int64_t>& sizes) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) count += (sizes[i] + 1) * sizes[i + 1];
  return count;
}

struct LayerView {
  Tensor weight, bias;
};

/// Views of one layer's weight [out, in] and bias [out]; moves `offset` behind them.
LayerView layerView(const Tensor& flat, std::int64_t in, std::int64_t out, std::int64_t& offset) {
  LayerView view{flat.narrow(0, offset, in * out).view({out, in}), flat.narrow(0, offset + in * out, out)};
  offset += (in + 1) * out;
  return view;
}

/// One autograd node for a whole network: torch's own bookkeeping per layer costs as much as the products.
class MlpFunction : public torch::autograd::Function<MlpFunction> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& x, const Tensor& flat,
                        const std::vector<std::int64_t>& sizes) {
    torch::autograd::variable_list saved{flat};
    Tensor h = x;
    std::int64_t offset = 0;
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
      saved.push_back(h);
      const LayerView layer = layerView(flat, sizes[i], sizes[i + 1], offset);
      h = torch::addmm(layer.bias, h, layer.weight.t());
      if (i + 2 < sizes.size()) h.relu_();
    }
    ctx->save_for_backward(saved);
    ctx->saved_data["sizes"] = sizes;
    return h;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list outputs) {
    const auto saved = ctx->get_saved_variables();
    const Tensor& flat = saved[0];
    const std::vector<std::int64_t> sizes = ctx->saved_data["sizes"].toIntVector();
    const bool forInput = ctx->needs_input_grad(0), forParameters = ctx->needs_input_grad(1);
    Tensor gradFlat = forParameters ? torch::empty_like(flat) : Tensor();
    Tensor grad = outputs[0].contiguous();
    std::int64_t end = flat.numel();
    for (std::size_t i = sizes.size() - 1; i-- > 0;) {
      const Tensor& h = saved[i + 1];
      const std::int64_t begin = end - (sizes[i] + 1) * sizes[i + 1];
      if (forParameters) {
        std::int64_t offset = begin;
        LayerView into = layerView(gradFlat, sizes[i], sizes[i + 1], offset);
        torch::mm_out(into.weight, grad.t(), h);
        torch::sum_out(into.bias, grad, 0);
      }
      if (i > 0 || forInput) {
        std::int64_t offset = begin;
        grad = grad.mm(layerView(flat, sizes[i], sizes[i + 1], offset).weight);
        if (i > 0) grad = torch::threshold_backward(grad, h, 0);
      }
      end = begin;
    }
    return {forInput ? grad : Tensor(), gradFlat, Tensor()};
  }
};

}  // namespace

void useOneThread() {
  omp_set_num_threads(1);
  at::set_num_threads(1);
}

Net::Net(std::vector<std::int64_t> sizes, torch::Generator& generator) : sizes_(std::move(sizes)) {
  flat_ = torch::empty({parameterCount(sizes_)});
  std::int64_t offset = 0;
  for (std::size_t i = 0; i + 1 < sizes_.size(); ++i) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(sizes_[i]));
    LayerView layer = layerView(flat_, sizes_[i], sizes_[i + 1], offset);
    layer.weight.uniform_(-bound, bound, generator);
    layer.bias.uniform_(-bound, bound, generator);
  }
  flat_.requires_grad_(true);
}

Net::Net(const Mlp& mlp) {
  sizes_.push_back(mlp.inputSize());
  for (const DenseLayer& layer : mlp.layers()) sizes_.push_back(layer.weight.rows());
  flat_ = torch::empty({parameterCount(sizes_)});
  float* to = flat_.data_ptr<float>();
  for (const DenseLayer& layer : mlp.layers()) {
    to = std::copy_n(layer.weight.data(), layer.weight.size(), to);
    to = std::copy_n(layer.bias.data(), layer.bias.size(), to);
  }
  flat_.requires_grad_(true);
}

Net Net::clone() const {
  Net copy;
  copy.sizes_ = sizes_;
  copy.flat_ = flat_.detach().clone().requires_grad_(true);
  return copy;
}

Tensor Net::forward(const Tensor& x) const { return MlpFunction::apply(x, flat_, sizes_); }
Tensor Net::forwardFrozen(const Tensor& x) const { return MlpFunction::apply(x, flat_.detach(), sizes_); }

void Net::zeroLastLayer() {
  torch::NoGradGuard guard;
  const std::int64_t count = (sizes_[sizes_.size() - 2] + 1) * sizes_.back();
  flat_.narrow(0, flat_.numel() - count, count).zero_();
}

Result<Mlp> Net::toMlp() const {
  std::vector<DenseLayer> layers;
  const float* from = flat_.data_ptr<float>();
  for (std::size_t i = 0; i + 1 < sizes_.size(); ++i) {
    DenseLayer layer;
    layer.weight.resize(sizes_[i + 1], sizes_[i]);
    layer.bias.resize(sizes_[i + 1]);
    std::copy_n(from, layer.weight.size(), layer.weight.data());
    from += layer.weight.size();
    std::copy_n(from, layer.bias.size(), layer.bias.data());
    from += layer.bias.size();
    layers.push_back(std::move(layer));
  }
  return Mlp::fromLayers(std::move(layers));
}

void moveToward(Net& target, const Net& source, double rate) {
  torch::NoGradGuard guard;
  target.parameters().lerp_(source.parameters(), rate);
}

Adam::Adam(Net& net)
    : parameters_(net.parameters()),
      first_(torch::zeros_like(parameters_.detach())),
      second_(torch::zeros_like(parameters_.detach())) {}

void Adam::step(double learningRate) {
  constexpr float kBeta1 = 0.9f, kBeta2 = 0.999f, kEpsilon = 1e-8f;
  ++count_;
  const auto step = static_cast<double>(count_);
  const auto rate = static_cast<float>(learningRate / (1.0 - std::pow(0.9, step)));
  const auto scale = static_cast<float>(1.0 / (1.0 - std::pow(0.999, step)));
  float* p = parameters_.data_ptr<float>();
  float* m = first_.data_ptr<float>();
  float* v = second_.data_ptr<float>();
  const float* g = parameters_.grad().data_ptr<float>();
  for (std::int64_t i = 0, n = parameters_.numel(); i < n; ++i) {
    m[i] += (1.0f - kBeta1) * (g[i] - m[i]);
    v[i] += (1.0f - kBeta2) * (g[i] * g[i] - v[i]);
    p[i] -= rate * m[i] / (std::sqrt(v[i] * scale) + kEpsilon);
  }
  parameters_.mutable_grad().reset();
}

Gaussian gaussian(const Tensor& output, double logStdMin, double logStdMax) {
  const std::int64_t actions = output.size(1) / 2;
  return {output.narrow(1, 0, actions), output.narrow(1, actions, actions).clamp(logStdMin, logStdMax)};
}

Sample sample(const Gaussian& d, torch::Generator& generator) {
  const Tensor noise = torch::randn(d.mean.sizes(), generator);
  const Tensor u = d.mean + d.logStd.exp() * noise;
  // log(1 − tanh²u) = 2(log 2 − u − softplus(−2u)), which does not overflow.
  const Tensor squash = 2.0 * (std::numbers::ln2 - u - torch::softplus(-2.0 * u));
  const double logRoot = 0.5 * std::log(2.0 * std::numbers::pi);
  return {torch::tanh(u), (-0.5 * noise.square() - d.logStd - logRoot - squash).sum(1)};
}

Tensor klDivergence(const Gaussian& n, const Gaussian& n0) {
  const Tensor ratio = n.logStd - n0.logStd;
  const Tensor shift = (n.mean - n0.mean) * (-n0.logStd).exp();
  return (0.5 * ((2.0 * ratio).exp() - 1.0 + shift.square()) - ratio).sum(1);
}

Replay::Replay(std::int64_t capacity, std::vector<std::int64_t> widths) : capacity_(capacity) {
  for (const std::int64_t width : widths) columns_.push_back(torch::empty({capacity, width}));
}

void Replay::add(std::initializer_list<std::span<const float>> row) {
  auto column = columns_.begin();
  for (const std::span<const float> values : row) {
    std::copy(values.begin(), values.end(), column->data_ptr<float>() + next_ * column->size(1));
    ++column;
  }
  next_ = (next_ + 1) % capacity_;
  size_ = std::min(size_ + 1, capacity_);
}

std::vector<Tensor> Replay::sample(std::int64_t count, torch::Generator& generator) const {
  const Tensor rows = torch::randint(size_, {count}, generator, torch::kLong);
  std::vector<Tensor> batch;
  for (const Tensor& column : columns_) batch.push_back(column.index_select(0, rows));
  return batch;
}

torch::Generator makeGenerator(std::uint64_t seed) { return at::make_generator<at::CPUGeneratorImpl>(seed); }

Tensor toTensor(std::span<const float> values) {
  return torch::from_blob(const_cast<float*>(values.data()), {static_cast<std::int64_t>(values.size())}).clone();
}

}  // namespace nudge::learn
