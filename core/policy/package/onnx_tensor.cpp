#include <bit>
#include <cmath>
#include <cstring>

#include "core/policy/package/onnx_graph.h"

namespace nudge::package {

namespace {
/// How many numbers the shape declares, before any memory is taken for them.
Result<std::int64_t> declaredCount(const onnx::TensorProto& tensor) {
  if (tensor.dims_size() > 8) return refusal("it has " + std::to_string(tensor.dims_size()) + " dimensions");
  std::int64_t count = 1;
  for (const std::int64_t dim : tensor.dims()) {
    if (dim < 0) return Error{ErrorCode::Corrupt, "it has a negative dimension"};
    if (dim == 0 && tensor.dims_size() > 1) return refusal("it is empty");
    if (dim > Expressions::kMostNumbers || count * dim > Expressions::kMostNumbers)
      return refusal("it declares more numbers than an actor can have");
    count *= dim;
  }
  return count;
}

template <typename T>
Result<std::vector<double>> fromRaw(const std::string& raw, std::int64_t count) {
  static_assert(std::endian::native == std::endian::little, "ONNX stores little-endian");
  if (raw.size() != static_cast<std::size_t>(count) * sizeof(T))
    return Error{ErrorCode::Corrupt, "its shape asks for " + std::to_string(count) + " numbers, its data has " +
                                         std::to_string(raw.size() / sizeof(T))};
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < raw.size(); i += sizeof(T)) {
    T value;
    std::memcpy(&value, raw.data() + i, sizeof(T));
    values.push_back(static_cast<double>(value));
  }
  return values;
}

template <typename T, typename Field>
Result<std::vector<double>> read(const onnx::TensorProto& tensor, const Field& field, std::int64_t count) {
  if (tensor.has_raw_data()) return fromRaw<T>(tensor.raw_data(), count);
  if (field.size() != count)
    return Error{ErrorCode::Corrupt, "its shape asks for " + std::to_string(count) + " numbers, its data has " +
                                         std::to_string(field.size())};
  return std::vector<double>(field.begin(), field.end());
}

Result<std::vector<double>> readValues(const onnx::TensorProto& tensor, std::int64_t count) {
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT: return read<float>(tensor, tensor.float_data(), count);
    case onnx::TensorProto::DOUBLE: return read<double>(tensor, tensor.double_data(), count);
    case onnx::TensorProto::INT64: return read<std::int64_t>(tensor, tensor.int64_data(), count);
    case onnx::TensorProto::INT32: return read<std::int32_t>(tensor, tensor.int32_data(), count);
    case onnx::TensorProto::BOOL: return read<std::uint8_t>(tensor, tensor.int32_data(), count);
    default: break;
  }
  const bool known = onnx::TensorProto::DataType_IsValid(tensor.data_type());
  return refusal("its element type " +
                (known ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(tensor.data_type()))
                       : std::to_string(tensor.data_type())) +
                " is not supported: export the weights as 32-bit floats");
}
}  // namespace

Result<Constant> readTensor(const onnx::TensorProto& tensor, Expressions& expressions) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0)
    return refusal("its data lies in another file: export the model in one file");
  const auto count = declaredCount(tensor);
  if (!count) return count.error();
  if (auto fits = expressions.spend(*count); !fits) return fits.error();
  auto values = readValues(tensor, *count);
  if (!values) return values.error();
  for (const double value : *values)
    if (std::isnan(value)) return refusal("it holds NaN");
  Constant constant;
  constant.dims.assign(tensor.dims().begin(), tensor.dims().end());
  constant.values = std::move(*values);
  constant.integer = tensor.data_type() != onnx::TensorProto::FLOAT && tensor.data_type() != onnx::TensorProto::DOUBLE;
  return constant;
}

}  // namespace nudge::package
