#include "core/learn/nets.h"

#include <ATen/CPUGeneratorImpl.h>
#include <omp.h>

#include <cmath>

namespace nudge::learn {

void useOneThread() {
  omp_set_num_threads(1);
  at::set_num_threads(1);
}

namespace {
void activateInPlace(Activation activation, Tensor& x) {
  switch (activation) {
    case Activation::Relu: x.relu_(); break;
    case Activation::Tanh: x.tanh_(); break;
    case Activation::Elu: torch::elu_(x); break;
    case Activation::Silu: torch::silu_(x); break;
    case Activation::Clip: x.clamp_(-1.0, 1.0); break;
    case Activation::Identity: break;
  }
}

/// gradient times the derivative, which all but SiLU's is known from the activation's result y alone.
Tensor backThrough(Activation activation, const Tensor& gradient, const Tensor& y, const Tensor& x) {
  switch (activation) {
    case Activation::Relu: return torch::threshold_backward(gradient, y, 0);
    case Activation::Tanh: return gradient * (1.0 - y * y);
    case Activation::Elu: return gradient * (y + 1.0).clamp_max(1.0);
    case Activation::Silu: {
      const Tensor s = torch::sigmoid(x);
      return gradient * (s * (1.0 + x * (1.0 - s)));
    }
    case Activation::Clip: return gradient * (y.abs() < 1.0);
    case Activation::Identity: break;
  }
  return gradient;
}
}  // namespace

Net::Net(std::vector<std::int64_t> sizes, torch::Generator& generator)
    : sizes_(std::move(sizes)), activations_(sizes_.size() - 1, Activation::Relu) {
  activations_.back() = Activation::Identity;
  makeLayers();
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(sizes_[i]));
    layers_[i].weight.uniform_(-bound, bound, generator);
    layers_[i].bias.uniform_(-bound, bound, generator);
  }
}

Net::Net(const Mlp& mlp) {
  sizes_.push_back(mlp.inputSize());
  for (const DenseLayer& layer : mlp.layers()) {
    sizes_.push_back(layer.weight.rows());
    activations_.push_back(layer.activation);
  }
  makeLayers();
  float* to = flat_.data_ptr<float>();
  for (const DenseLayer& layer : mlp.layers()) {
    to = std::copy_n(layer.weight.data(), layer.weight.size(), to);
    to = std::copy_n(layer.bias.data(), layer.bias.size(), to);
  }
}

Net Net::clone() const {
  Net copy;
  copy.sizes_ = sizes_;
  copy.activations_ = activations_;
  copy.makeLayers();
  copy.flat_.copy_(flat_);
  return copy;
}

void Net::makeLayers() {
  std::int64_t count = 0;
  for (std::size_t i = 0; i + 1 < sizes_.size(); ++i) count += (sizes_[i] + 1) * sizes_[i + 1];
  flat_ = torch::zeros({count});
  gradient_ = torch::zeros({count});
  std::int64_t offset = 0;
  for (std::size_t i = 0; i + 1 < sizes_.size(); ++i) {
    const std::int64_t in = sizes_[i], out = sizes_[i + 1];
    const auto weight = [&](const Tensor& flat) { return flat.narrow(0, offset, in * out).view({out, in}); };
    const auto bias = [&](const Tensor& flat) { return flat.narrow(0, offset + in * out, out); };
    layers_.push_back({weight(flat_), weight(flat_).t(), bias(flat_), weight(gradient_), bias(gradient_)});
    offset += (in + 1) * out;
  }
}

const Tensor& Net::forward(const Tensor& x, Activations& kept) const {
  const std::size_t count = layers_.size();
  kept.resize(2 * count + 1);
  kept[0] = x;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (!kept[i + 1].defined()) kept[i + 1] = torch::empty({x.size(0), sizes_[i + 1]});
    torch::addmm_out(kept[i + 1], layers_[i].bias, kept[i], layers_[i].weightT);
    if (activations_[i] == Activation::Silu) kept[count + 1 + i] = kept[i + 1].clone();
    activateInPlace(activations_[i], kept[i + 1]);
  }
  return kept[count];
}

Tensor Net::forward(const Tensor& x) const {
  Activations kept;
  return forward(x, kept);
}

Tensor Net::inputGradient(const Activations& kept, const Tensor& outputGradient) const {
  Tensor gradient = outputGradient;
  for (std::size_t i = layers_.size(); i-- > 0;) {
    gradient = gradient.mm(layers_[i].weight);
    if (i > 0) gradient = backThrough(activations_[i - 1], gradient, kept[i], kept[layers_.size() + i]);
  }
  return gradient;
}

void Net::parameterGradient(const Activations& kept, const Tensor& outputGradient) {
  Tensor gradient = outputGradient;
  for (std::size_t i = layers_.size(); i-- > 0;) {
    torch::mm_out(layers_[i].weightGradient, gradient.t(), kept[i]);
    torch::sum_out(layers_[i].biasGradient, gradient, 0);
    if (i == 0) break;
    gradient = backThrough(activations_[i - 1], gradient.mm(layers_[i].weight), kept[i], kept[layers_.size() + i]);
  }
}

void Net::zeroLastLayer() {
  layers_.back().weight.zero_();
  layers_.back().bias.zero_();
}

Result<Mlp> Net::toMlp() const {
  std::vector<DenseLayer> layers;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& from = layers_[i];
    DenseLayer layer;
    layer.activation = activations_[i];
    layer.weight.resize(from.weight.size(0), from.weight.size(1));
    layer.bias.resize(from.bias.size(0));
    std::copy_n(from.weight.data_ptr<float>(), layer.weight.size(), layer.weight.data());
    std::copy_n(from.bias.data_ptr<float>(), layer.bias.size(), layer.bias.data());
    layers.push_back(std::move(layer));
  }
  return Mlp::fromLayers(std::move(layers));
}

void moveToward(Net& target, const Net& source, double rate) {
  target.parameters().lerp_(source.parameters(), rate);
}

Adam::Adam(const Net& net)
    : first_(torch::zeros_like(net.parameters())), second_(torch::zeros_like(net.parameters())) {}

void Adam::step(Net& net, double learningRate) {
  constexpr float kBeta1 = 0.9f, kBeta2 = 0.999f, kEpsilon = 1e-8f;
  const auto step = static_cast<double>(++count_);
  const auto rate = static_cast<float>(learningRate / (1.0 - std::pow(0.9, step)));
  const auto scale = static_cast<float>(1.0 / (1.0 - std::pow(0.999, step)));
  float* p = net.parameters().data_ptr<float>();
  float* m = first_.data_ptr<float>();
  float* v = second_.data_ptr<float>();
  const float* g = net.gradient().data_ptr<float>();
  for (std::int64_t i = 0, n = first_.numel(); i < n; ++i) {
    m[i] += (1.0f - kBeta1) * (g[i] - m[i]);
    v[i] += (1.0f - kBeta2) * (g[i] * g[i] - v[i]);
    p[i] -= rate * m[i] / (std::sqrt(v[i] * scale) + kEpsilon);
  }
}

Replay::Replay(std::int64_t capacity, const std::vector<std::int64_t>& widths) : capacity_(capacity) {
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

void Replay::sample(std::int64_t count, Random& random, std::vector<Tensor>& batch) const {
  if (batch.empty()) {
    for (const Tensor& column : columns_) batch.push_back(torch::empty({count, column.size(1)}));
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const auto row = static_cast<std::int64_t>(random.index(static_cast<std::uint64_t>(size_)));
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const std::int64_t width = columns_[c].size(1);
      std::copy_n(columns_[c].data_ptr<float>() + row * width, width, batch[c].data_ptr<float>() + i * width);
    }
  }
}

torch::Generator makeGenerator(std::uint64_t seed) { return at::make_generator<at::CPUGeneratorImpl>(seed); }

Tensor toTensor(std::span<const float> values) {
  return torch::from_blob(const_cast<float*>(values.data()), {static_cast<std::int64_t>(values.size())}).clone();
}

}  // namespace nudge::learn
