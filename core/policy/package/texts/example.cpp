// Runs an exported policy without any framework and checks its golden vectors.
//   g++ -std=c++17 -O2 example.cpp -o example && ./example .
// Needs nlohmann/json (one header). With onnxruntime you would load policy.onnx instead, which does the same.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

struct Layer {
  std::size_t in = 0, out = 0;
  std::vector<float> weight, bias;  // weight [out, in]
};

static std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// safetensors: 8 bytes header length, JSON header, float32 data.
static std::vector<Layer> readActor(const std::string& bytes) {
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), 8);
  const auto header = nlohmann::json::parse(bytes.substr(8, size));
  const auto tensor = [&](const std::string& name) {
    const auto begin = header.at(name)["data_offsets"][0].get<std::size_t>();
    const auto end = header.at(name)["data_offsets"][1].get<std::size_t>();
    std::vector<float> values((end - begin) / 4);
    std::memcpy(values.data(), bytes.data() + 8 + size + begin, end - begin);
    return values;
  };
  std::vector<Layer> layers;
  for (int i = 0; header.contains("actor." + std::to_string(i) + ".weight"); ++i) {
    const std::string name = "actor." + std::to_string(i);
    const auto shape = header[name + ".weight"]["shape"];
    layers.push_back({shape[1], shape[0], tensor(name + ".weight"), tensor(name + ".bias")});
  }
  return layers;
}

int main(int argc, char** argv) try {
  const std::string folder = argc > 1 ? argv[1] : ".";
  const auto contract = nlohmann::json::parse(read(folder + "/policy.json"));
  const auto golden = nlohmann::json::parse(read(folder + "/golden.json"));
  const std::vector<Layer> layers = readActor(read(folder + "/policy.safetensors"));

  double worst = 0.0;
  for (const auto& vector : golden) {
    std::vector<float> x = vector["observation"];  // in units: divide by the scales
    for (std::size_t i = 0; i < x.size(); ++i) x[i] /= contract["observation"][i]["scale"].get<float>();
    for (std::size_t l = 0; l < layers.size(); ++l) {
      std::vector<float> y = layers[l].bias;
      for (std::size_t row = 0; row < layers[l].out; ++row) {
        for (std::size_t column = 0; column < layers[l].in; ++column)
          y[row] += layers[l].weight[row * layers[l].in + column] * x[column];
        if (l + 1 < layers.size() && y[row] < 0.0f) y[row] = 0.0f;
      }
      x = y;
    }
    // The first half are means, the second half log sigma (not needed for the deterministic action).
    for (std::size_t i = 0; i < x.size() / 2; ++i) {
      const float action = std::tanh(x[i]) * contract["action"][i]["scale"].get<float>();
      worst = std::max(worst, std::abs(double(action) - vector["action"][i].get<double>()));
    }
  }
  std::cout << golden.size() << " golden vectors, largest difference " << worst << "\n";
  return worst < 1e-4 ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 2;
}
