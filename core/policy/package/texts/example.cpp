// Runs an exported policy without any framework and checks its golden vectors.
//   g++ -std=c++17 -O2 example.cpp -o example && ./example .
// Needs nlohmann/json (one header). With onnxruntime you would load policy.onnx instead, which does the same.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

struct Layer {
  std::size_t in = 0, out = 0;
  std::string activation;  // but for the last layer
  std::vector<float> weight, bias;  // weight [out, in]
};

static std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

using Network = std::vector<Layer>;

// safetensors: 8 bytes header length, JSON header, float32 data.
class Weights {
 public:
  explicit Weights(std::string bytes) : bytes_(std::move(bytes)) {
    std::memcpy(&size_, bytes_.data(), 8);
    header_ = nlohmann::json::parse(bytes_.substr(8, size_));
  }

  Network network(const std::string& name) const {
    Network layers;
    std::istringstream activations(said("activations." + name));  // nothing: relu
    for (int i = 0; header_.contains(name + "." + std::to_string(i) + ".weight"); ++i) {
      const std::string layer = name + "." + std::to_string(i);
      const auto shape = header_[layer + ".weight"]["shape"];
      std::string activation = "relu";
      activations >> activation;
      layers.push_back({shape[1], shape[0], activation, tensor(layer + ".weight"), tensor(layer + ".bias")});
    }
    return layers;
  }

  std::string said(const std::string& key) const { return header_.at("__metadata__").value(key, ""); }

  // Of the networks "actor1", "actor2", … whose weighted sum gives the logits; empty for continuous actions.
  std::vector<float> actorWeights() const {
    std::istringstream text(said("actor_weights"));
    return {std::istream_iterator<float>(text), {}};
  }

 private:
  std::vector<float> tensor(const std::string& name) const {
    const auto begin = header_.at(name)["data_offsets"][0].get<std::size_t>();
    const auto end = header_.at(name)["data_offsets"][1].get<std::size_t>();
    std::vector<float> values((end - begin) / 4);
    std::memcpy(values.data(), bytes_.data() + 8 + size_ + begin, end - begin);
    return values;
  }
  std::string bytes_;
  std::uint64_t size_ = 0;
  nlohmann::json header_;
};

static float activated(const std::string& name, float x) {
  if (name == "relu") return x < 0.0f ? 0.0f : x;
  if (name == "tanh") return std::tanh(x);
  if (name == "elu") return x < 0.0f ? std::expm1(x) : x;
  if (name == "silu") return x / (1.0f + std::exp(-x));
  if (name == "clip") return std::min(1.0f, std::max(-1.0f, x));
  return x;
}

static std::vector<float> forward(const Network& layers, std::vector<float> x) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    std::vector<float> y = layers[l].bias;
    for (std::size_t row = 0; row < layers[l].out; ++row) {
      for (std::size_t column = 0; column < layers[l].in; ++column)
        y[row] += layers[l].weight[row * layers[l].in + column] * x[column];
      if (l + 1 < layers.size()) y[row] = activated(layers[l].activation, y[row]);
    }
    x = y;
  }
  return x;
}

// The deterministic action, in units: scale * tanh(mean), or clipped. The second half of the outputs is log sigma.
static std::vector<float> continuousAction(const Weights& weights, const std::vector<float>& x,
                                           const nlohmann::json& contract) {
  std::vector<float> action = forward(weights.network("actor"), x);
  if (weights.said("log_std") != "none") action.resize(action.size() / 2);
  const std::string squash = weights.said("squash") == "clip" ? "clip" : "tanh";
  for (std::size_t i = 0; i < action.size(); ++i)
    action[i] = activated(squash, action[i]) * contract["action"][i]["scale"].get<float>();
  return action;
}

// The index of the likeliest choice.
static std::vector<float> choice(const Weights& weights, const std::vector<float>& x) {
  std::vector<float> logits;
  const std::vector<float> share = weights.actorWeights();
  for (std::size_t i = 0; i < share.size(); ++i) {
    const std::vector<float> y = forward(weights.network("actor" + std::to_string(i + 1)), x);
    logits.resize(y.size());
    for (std::size_t c = 0; c < y.size(); ++c) logits[c] += share[i] * y[c];
  }
  return {static_cast<float>(std::max_element(logits.begin(), logits.end()) - logits.begin())};
}

int main(int argc, char** argv) try {
  const std::string folder = argc > 1 ? argv[1] : ".";
  const auto contract = nlohmann::json::parse(read(folder + "/policy.json"));
  const auto golden = nlohmann::json::parse(read(folder + "/golden.json"));
  const Weights weights(read(folder + "/policy.safetensors"));

  double worst = 0.0;
  for (const auto& vector : golden) {
    std::vector<float> x = vector["observation"];  // in units: divide by the scales
    for (std::size_t i = 0; i < x.size(); ++i) x[i] /= contract["observation"][i]["scale"].get<float>();
    const std::vector<float> action =
        contract.contains("discrete_actions") ? choice(weights, x) : continuousAction(weights, x, contract);
    for (std::size_t i = 0; i < action.size(); ++i)
      worst = std::max(worst, std::abs(double(action[i]) - vector["action"][i].get<double>()));
  }
  std::cout << golden.size() << " golden vectors, largest difference " << worst << "\n";
  return worst < 1e-4 ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 2;
}
