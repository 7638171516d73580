// Runs an exported ONNX graph node by node, straight from the standard's definitions: an independent judge of
// what core/policy/package writes. Knows only the operators that it may use.
#pragma once

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace nudge::test {

/// A matrix in double: [rows, columns]. Vectors are one row, scalars 1 × 1.
struct Matrix {
  std::size_t rows = 1, columns = 1;
  std::vector<double> data;
  double at(std::size_t row, std::size_t column) const {  // broadcast
    return data[(rows == 1 ? 0 : row) * columns + (columns == 1 ? 0 : column)];
  }
};

class OnnxEvaluator {
 public:
  explicit OnnxEvaluator(const std::string& bytes) {
    if (!model_.ParseFromString(bytes)) throw std::runtime_error("not an ONNX model");
    for (const auto& tensor : model_.graph().initializer()) {
      Matrix m;
      if (tensor.dims_size() == 2) m.rows = static_cast<std::size_t>(tensor.dims(0));
      if (tensor.dims_size() > 0) m.columns = static_cast<std::size_t>(tensor.dims(tensor.dims_size() - 1));
      if (tensor.data_type() == onnx::TensorProto::INT64) {
        m.data.assign(tensor.int64_data().begin(), tensor.int64_data().end());
      } else {
        std::vector<float> values(tensor.raw_data().size() / 4);
        std::memcpy(values.data(), tensor.raw_data().data(), tensor.raw_data().size());
        m.data.assign(values.begin(), values.end());
      }
      if (m.data.size() != m.rows * m.columns) throw std::runtime_error("initializer of the wrong size");
      constants_[tensor.name()] = m;
    }
  }

  const onnx::ModelProto& model() const { return model_; }

  std::map<std::string, Matrix> run(const Matrix& observation) const {
    std::map<std::string, Matrix> values = constants_;
    values["observation"] = observation;
    for (const auto& node : model_.graph().node()) runNode(node, values);
    return values;
  }

 private:
  template <typename F>
  static Matrix elementwise(const Matrix& a, const Matrix& b, F f) {
    Matrix result{std::max(a.rows, b.rows), std::max(a.columns, b.columns), {}};
    for (std::size_t r = 0; r < result.rows; ++r)
      for (std::size_t c = 0; c < result.columns; ++c) result.data.push_back(f(a.at(r, c), b.at(r, c)));
    return result;
  }

  static std::int64_t attribute(const onnx::NodeProto& node, const char* name, std::int64_t otherwise) {
    for (const auto& a : node.attribute())
      if (a.name() == name) return a.i();
    return otherwise;
  }

  static Matrix gemm(const onnx::NodeProto& node, const Matrix& a, const Matrix& b, const Matrix& c) {
    const bool transposed = attribute(node, "transB", 0) != 0;
    const std::size_t inner = transposed ? b.columns : b.rows;
    if (a.columns != inner) throw std::runtime_error("Gemm: inner sizes differ");
    Matrix y{a.rows, transposed ? b.rows : b.columns, {}};
    for (std::size_t r = 0; r < y.rows; ++r)
      for (std::size_t k = 0; k < y.columns; ++k) {
        double sum = c.at(r, k);
        for (std::size_t i = 0; i < inner; ++i) sum += a.at(r, i) * (transposed ? b.at(k, i) : b.at(i, k));
        y.data.push_back(sum);
      }
    return y;
  }

  static void split(const onnx::NodeProto& node, std::map<std::string, Matrix>& values) {
    if (attribute(node, "axis", 0) != 1) throw std::runtime_error("Split: not along the columns");
    const Matrix x = values.at(node.input(0)), sizes = values.at(node.input(1));
    std::size_t from = 0;
    for (int o = 0; o < node.output_size(); ++o) {
      Matrix part{x.rows, static_cast<std::size_t>(sizes.data.at(static_cast<std::size_t>(o))), {}};
      for (std::size_t r = 0; r < part.rows; ++r)
        for (std::size_t c = 0; c < part.columns; ++c) part.data.push_back(x.at(r, from + c));
      from += part.columns;
      values[node.output(o)] = part;
    }
    if (from != x.columns) throw std::runtime_error("Split: sizes do not add up");
  }

  /// LogSoftmax or ArgMax (keeping its dimension) along the columns.
  static Matrix overChoices(const onnx::NodeProto& node, const Matrix& x) {
    if (attribute(node, "axis", -1) != 1 || attribute(node, "keepdims", 1) != 1)
      throw std::runtime_error(node.op_type() + ": not along the columns");
    Matrix y{x.rows, node.op_type() == "ArgMax" ? 1 : x.columns, {}};
    for (std::size_t r = 0; r < x.rows; ++r) {
      std::size_t top = 0;
      double sum = 0.0;
      for (std::size_t c = 1; c < x.columns; ++c)
        if (x.at(r, c) > x.at(r, top)) top = c;
      for (std::size_t c = 0; c < x.columns; ++c) sum += std::exp(x.at(r, c) - x.at(r, top));
      if (y.columns == 1)
        y.data.push_back(static_cast<double>(top));
      else
        for (std::size_t c = 0; c < x.columns; ++c) y.data.push_back(x.at(r, c) - x.at(r, top) - std::log(sum));
    }
    return y;
  }

  static void runNode(const onnx::NodeProto& node, std::map<std::string, Matrix>& values) {
    const std::string& type = node.op_type();
    const auto in = [&](int i) -> const Matrix& { return values.at(node.input(i)); };
    if (type == "Split") return split(node, values);
    Matrix y;
    if (type == "Gemm")
      y = gemm(node, in(0), in(1), in(2));
    else if (type == "Relu")
      y = elementwise(in(0), in(0), [](double x, double) { return x > 0 ? x : 0.0; });
    else if (type == "Tanh")
      y = elementwise(in(0), in(0), [](double x, double) { return std::tanh(x); });
    else if (type == "Mul")
      y = elementwise(in(0), in(1), [](double a, double b) { return a * b; });
    else if (type == "Div")
      y = elementwise(in(0), in(1), [](double a, double b) { return a / b; });
    else if (type == "Add")
      y = elementwise(in(0), in(1), [](double a, double b) { return a + b; });
    else if (type == "LogSoftmax" || type == "ArgMax")
      y = overChoices(node, in(0));
    else if (type == "Clip") {
      y = elementwise(in(0), in(1), [](double x, double low) { return std::max(x, low); });
      y = elementwise(y, in(2), [](double x, double high) { return std::min(x, high); });
    } else
      throw std::runtime_error("unexpected operator " + type);
    values[node.output(0)] = y;
  }

  onnx::ModelProto model_;
  std::map<std::string, Matrix> constants_;
};

}  // namespace nudge::test
