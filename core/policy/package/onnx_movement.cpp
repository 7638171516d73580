// Operators that only move numbers about.
#include <algorithm>
#include <numeric>

#include "core/policy/package/onnx_call.h"

namespace nudge::package {

namespace {
/// The same numbers in another shape.
Results reshaped(const Value& value, Dims dims) {
  Value result = value;
  std::visit([&](auto& v) { v.dims = std::move(dims); }, result);
  return one(std::move(result));
}

/// The product of a list for each axis; the last changes fastest.
Result<Value> pickAxes(const Call& call, const Value& value, const std::vector<std::vector<std::int64_t>>& lists, Dims result) {
  const Dims& dims = dimsOf(value);
  std::int64_t count = 1;
  for (const auto& list : lists) {
    count *= static_cast<std::int64_t>(list.size());
    if (count > Expressions::kMostNumbers) return refusal("its result is too large for an actor");
  }
  if (auto fits = call.expressions.spend(count); !fits) return fits.error();
  std::vector<std::int64_t> places{0};
  for (std::size_t axis = 0; axis < lists.size(); ++axis) {
    std::vector<std::int64_t> next;
    next.reserve(places.size() * lists[axis].size());
    for (const std::int64_t before : places)
      for (const std::int64_t index : lists[axis]) next.push_back(before * dims[axis] + index);
    places = std::move(next);
  }
  return moved(call, value, std::move(result), places);
}

std::vector<std::vector<std::int64_t>> everything(const Dims& dims) {
  std::vector<std::vector<std::int64_t>> lists;
  for (const std::int64_t dim : dims) {
    lists.emplace_back(static_cast<std::size_t>(dim));
    std::iota(lists.back().begin(), lists.back().end(), 0);
  }
  return lists;
}

Results identity(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  return one(**value);
}

Results reshape(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  auto wanted = call.integersFrom(1, "shape");
  if (!wanted) return wanted.error();
  if (!*wanted) return refusal("it does not say its shape");
  Dims dims = **wanted;
  const Dims& from = dimsOf(**value);
  std::int64_t known = 1;
  std::int64_t* open = nullptr;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0) dims[i] = i < from.size() ? from[i] : 0;
    if (dims[i] < -1 || dims[i] > Expressions::kMostNumbers || (dims[i] == -1 && open)) return refusal("its shape " + dimsText(dims) + " is impossible");
    if (dims[i] == -1) open = &dims[i];
    else known *= dims[i];
    if (known > Expressions::kMostNumbers) return refusal("its shape " + dimsText(dims) + " is impossible");
  }
  if (open) *open = known > 0 ? elementCount(from) / known : 0;
  if (elementCount(dims) != elementCount(from))
    return refusal("numbers of the shape " + dimsText(from) + " cannot take the shape " + dimsText(dims) + " (export with a batch of 1)");
  return reshaped(**value, std::move(dims));
}

Results flatten(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  const auto said = call.attribute("axis", std::int64_t{1});
  if (!said) return said.error();
  const Dims& dims = dimsOf(**value);
  const auto rank = static_cast<std::int64_t>(dims.size());
  if (*said < -rank || *said > rank) return refusal("its axis lies outside of the shape " + dimsText(dims));
  const auto axis = static_cast<std::ptrdiff_t>(*said < 0 ? *said + rank : *said);
  const Dims before(dims.begin(), dims.begin() + axis);
  const std::int64_t first = elementCount(before);
  return reshaped(**value, {first, first > 0 ? elementCount(dims) / first : 0});
}

Results squeeze(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  auto axes = call.integersFrom(1, "axes");
  if (!axes) return axes.error();
  const Dims& dims = dimsOf(**value);
  std::vector<bool> dropped(dims.size(), false);
  for (std::size_t i = 0; i < dims.size(); ++i) dropped[i] = !*axes && dims[i] == 1;
  for (const std::int64_t said : axes->value_or(Dims())) {
    auto axis = axisOf(said, dims.size());
    if (!axis) return axis.error();
    if (dims[*axis] != 1) return refusal("it drops a dimension of " + std::to_string(dims[*axis]));
    dropped[*axis] = true;
  }
  Dims left;
  for (std::size_t i = 0; i < dims.size(); ++i)
    if (!dropped[i]) left.push_back(dims[i]);
  return reshaped(**value, std::move(left));
}

Results unsqueeze(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  auto axes = call.integersFrom(1, "axes");
  if (!axes) return axes.error();
  if (!*axes || (*axes)->size() > 8) return refusal("it does not say its axes");
  Dims dims = dimsOf(**value);
  std::vector<std::size_t> places;
  for (const std::int64_t said : **axes) {
    auto axis = axisOf(said, dims.size() + (*axes)->size());
    if (!axis) return axis.error();
    places.push_back(*axis);
  }
  std::sort(places.begin(), places.end());
  for (const std::size_t place : places) {
    if (place > dims.size()) return refusal("its axes are impossible");
    dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(place), 1);
  }
  return reshaped(**value, std::move(dims));
}

Results expand(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  auto wanted = call.integers(1);
  if (!wanted) return wanted.error();
  for (const std::int64_t dim : *wanted)
    if (dim < 1 || dim > Expressions::kMostNumbers) return refusal("its shape " + dimsText(*wanted) + " is impossible");
  auto dims = broadcast(dimsOf(**value), *wanted);
  if (!dims) return dims.error();
  auto result = moved(call, **value, *dims, broadcastPlaces(dimsOf(**value), *dims));
  if (!result) return result.error();
  return one(std::move(*result));
}

Results transpose(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  const Dims& dims = dimsOf(**value);
  Dims order = call.integersOf("perm").value_or(Dims());
  if (order.empty())
    for (std::size_t i = dims.size(); i-- > 0;) order.push_back(static_cast<std::int64_t>(i));
  Dims sorted = order, result;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (sorted[i] != static_cast<std::int64_t>(i) || sorted.size() != dims.size()) return refusal("its order of axes is impossible");
  for (const std::int64_t axis : order) result.push_back(dims[static_cast<std::size_t>(axis)]);
  std::vector<std::int64_t> strides(dims.size(), 1), places(static_cast<std::size_t>(elementCount(dims)));
  for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  for (std::size_t n = 0; n < places.size(); ++n) {
    std::int64_t rest = static_cast<std::int64_t>(n);
    for (std::size_t i = result.size(); i-- > 0;) {
      places[n] += rest % result[i] * strides[static_cast<std::size_t>(order[i])];
      rest /= result[i];
    }
  }
  auto turned = moved(call, **value, std::move(result), places);
  if (!turned) return turned.error();
  return one(std::move(*turned));
}

Results gather(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  auto constant = call.constant(1);
  auto indices = call.integers(1);
  if (!constant) return constant.error();
  if (!indices) return indices.error();
  const auto said = call.attribute("axis", std::int64_t{0});
  if (!said) return said.error();
  const Dims& dims = dimsOf(**value);
  auto axis = axisOf(*said, dims.size());
  if (!axis) return axis.error();
  for (std::int64_t& index : *indices) {
    if (index < -dims[*axis] || index >= dims[*axis]) return refusal("its index " + std::to_string(index) + " lies outside of " + dimsText(dims));
    if (index < 0) index += dims[*axis];
  }
  Dims result = dims;
  const auto at = result.erase(result.begin() + static_cast<std::ptrdiff_t>(*axis));
  result.insert(at, (*constant)->dims.begin(), (*constant)->dims.end());
  auto lists = everything(dims);
  lists[*axis] = *indices;
  auto picked = pickAxes(call, **value, lists, std::move(result));
  if (!picked) return picked.error();
  return one(std::move(*picked));
}

std::vector<std::int64_t> sliceOf(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t dim) {
  const auto bounded = [dim](std::int64_t place, std::int64_t low, std::int64_t high) {
    return std::clamp(place < 0 ? std::max(place, -dim - 1) + dim : place, low, high);
  };
  std::vector<std::int64_t> list;
  if (step > 0)
    for (std::int64_t i = bounded(start, 0, dim), stop = bounded(end, 0, dim); i < stop; i += std::min(step, dim)) list.push_back(i);
  else
    for (std::int64_t i = bounded(start, -1, dim - 1), stop = bounded(end, -1, dim - 1); i > stop; i += std::max(step, -dim)) list.push_back(i);
  return list;
}

Results slice(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  auto starts = call.integersFrom(1, "starts"), ends = call.integersFrom(2, "ends"), axes = call.integersFrom(3, "axes"),
       steps = call.integersFrom(4, "steps");
  for (const auto* list : {&starts, &ends, &axes, &steps})
    if (!*list) return list->error();
  if (!*starts || !*ends) return refusal("it does not say from where to where");
  const Dims& dims = dimsOf(**value);
  auto lists = everything(dims);
  for (std::size_t i = 0; i < (*starts)->size(); ++i) {
    const auto has = [i](const std::optional<Dims>& list) { return !list || i < list->size(); };
    if (!has(*ends) || !has(*axes) || !has(*steps)) return refusal("its lists have different lengths");
    auto axis = axisOf(*axes ? (**axes)[i] : static_cast<std::int64_t>(i), dims.size());
    if (!axis) return axis.error();
    const std::int64_t step = *steps ? (**steps)[i] : 1;
    if (step == 0) return refusal("its step is 0");
    lists[*axis] = sliceOf((**starts)[i], (**ends)[i], step, dims[*axis]);
  }
  Dims result;
  for (const auto& list : lists) result.push_back(static_cast<std::int64_t>(list.size()));
  auto picked = pickAxes(call, **value, lists, std::move(result));
  if (!picked) return picked.error();
  return one(std::move(*picked));
}

Results split(const Call& call) {
  auto value = call.operand(0);
  if (!value) return value.error();
  const auto said = call.attribute("axis", std::int64_t{0});
  if (!said) return said.error();
  const Dims& dims = dimsOf(**value);
  auto axis = axisOf(*said, dims.size());
  if (!axis) return axis.error();
  auto sizes = call.integersFrom(1, "split");
  if (!sizes) return sizes.error();
  const std::int64_t parts = std::max(1, call.node.output_size()), each = (dims[*axis] + parts - 1) / parts;
  std::vector<Value> results;
  std::int64_t from = 0;
  for (std::int64_t part = 0; part < parts; ++part) {
    if (*sizes && static_cast<std::size_t>(part) >= (*sizes)->size()) return refusal("it says fewer sizes than it has outputs");
    const std::int64_t size = *sizes ? (**sizes)[static_cast<std::size_t>(part)] : std::min(each, dims[*axis] - from);
    if (size < 1 || size > dims[*axis] - from) return refusal("its sizes do not fit the shape " + dimsText(dims));
    auto lists = everything(dims);
    lists[*axis].assign(static_cast<std::size_t>(size), 0);
    std::iota(lists[*axis].begin(), lists[*axis].end(), from);
    Dims result = dims;
    result[*axis] = size;
    auto picked = pickAxes(call, **value, lists, std::move(result));
    if (!picked) return picked.error();
    results.push_back(std::move(*picked));
    from += size;
  }
  if (from != dims[*axis]) return refusal("its sizes do not add up to the shape " + dimsText(dims));
  return results;
}

/// A part of a concatenation as a dense step on what the other parts stand on as well.
struct Part {
  int base = -1;  ///< −1: constant
  Eigen::MatrixXd weight;
  Eigen::VectorXd bias;
};

Part partOf(const Expressions& expressions, const Value& value) {
  if (const auto* constant = std::get_if<Constant>(&value)) {
    const auto count = static_cast<Eigen::Index>(constant->values.size());
    return {-1, {}, Eigen::Map<const Eigen::VectorXd>(constant->values.data(), count)};
  }
  const int id = std::get<Symbol>(value).expression;
  const Expression& e = expressions.at(id);
  if (e.op == Op::Dense) return {e.from, e.weight, e.offset};
  if (e.op == Op::Scale) return {e.from, e.scale.asDiagonal(), e.offset};
  return {id, Eigen::MatrixXd::Identity(e.width, e.width), Eigen::VectorXd::Zero(e.width)};
}

Results concatSymbols(const Call& call, Dims dims) {
  Expressions& expressions = call.expressions;
  std::vector<Part> parts;
  int base = -1;
  for (const Value* value : call.operands) {
    parts.push_back(partOf(expressions, *value));
    if (auto fits = expressions.spend(parts.back().weight.size()); !fits) return fits.error();
    if (parts.back().base < 0) continue;
    if (base >= 0 && parts.back().base != base) return refusal("it joins numbers of different layers");
    base = parts.back().base;
  }
  const Eigen::Index rows = elementCount(dims), columns = expressions.at(base).width;
  if (rows > Expressions::kMostWidth) return refusal("its result is too large for an actor");
  if (auto fits = expressions.spend(rows * columns); !fits) return fits.error();
  Eigen::MatrixXd weight = Eigen::MatrixXd::Zero(rows, columns);
  Eigen::VectorXd bias(rows);
  Eigen::Index row = 0;
  for (const Part& part : parts) {
    if (part.base >= 0) weight.middleRows(row, part.weight.rows()) = part.weight;
    bias.segment(row, part.bias.size()) = part.bias;
    row += part.bias.size();
  }
  auto dense = expressions.dense(base, std::move(weight), std::move(bias));
  if (!dense) return dense.error();
  return one(Symbol{*dense, std::move(dims)});
}

Results concat(const Call& call) {
  auto first = call.operand(0);
  if (!first) return first.error();
  const auto said = call.attribute("axis", std::int64_t{0});
  if (!said) return said.error();
  Dims dims = dimsOf(**first);
  auto axis = axisOf(*said, dims.size());
  if (!axis) return axis.error();
  bool symbols = false;
  dims[*axis] = 0;
  for (std::size_t i = 0; i < call.operands.size(); ++i) {
    auto value = call.operand(i);
    if (!value) return value.error();
    Dims other = dimsOf(**value);
    symbols = symbols || std::get_if<Symbol>(*value);
    if (other.size() != dims.size()) return refusal("its inputs have shapes that do not fit each other");
    dims[*axis] += std::exchange(other[*axis], dims[*axis]);
    other[*axis] = dims[*axis];
    if (other != dims) return refusal("its inputs have shapes that do not fit each other");
  }
  const std::int64_t outer = elementCount(Dims(dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(*axis)));
  if (elementCount(dims) > Expressions::kMostNumbers || outer != 1) return refusal("it joins more than lists of numbers");
  if (symbols) return concatSymbols(call, std::move(dims));
  if (auto fits = call.expressions.spend(elementCount(dims)); !fits) return fits.error();
  Constant result{std::move(dims), {}, true};
  for (const Value* value : call.operands) {
    const auto& part = std::get<Constant>(*value);
    result.integer = result.integer && part.integer;
    result.values.insert(result.values.end(), part.values.begin(), part.values.end());
  }
  return one(std::move(result));
}

}  // namespace

std::optional<Results> runMovement(const Call& call) {
  using Function = Results (*)(const Call&);
  static const std::map<std::string, Function> kFunctions{
      {"Identity", identity}, {"Dropout", identity}, {"Reshape", reshape}, {"Flatten", flatten},
      {"Squeeze", squeeze}, {"Unsqueeze", unsqueeze}, {"Expand", expand}, {"Transpose", transpose}, {"Gather", gather},
      {"Slice", slice}, {"Split", split}, {"Concat", concat}};
  const auto found = kFunctions.find(call.node.op_type());
  if (found == kFunctions.end()) return std::nullopt;
  return found->second(call);
}

}  // namespace nudge::package
