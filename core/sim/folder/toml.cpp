#include "core/sim/folder/toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/base/check.h"

namespace nudge {
namespace {

/// Numbers as people write them.
std::string short_(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", number);
  return text;
}

TomlValue convert(const toml::node& node) {
  TomlValue value;
  value.line = static_cast<int>(node.source().begin.line);
  if (const auto* text = node.as_string()) {
    value.kind = TomlValue::Kind::Text;
    value.text = text->get();
  } else if (const auto* whole = node.as_integer()) {
    value.kind = TomlValue::Kind::Number;
    value.number = static_cast<double>(whole->get());
  } else if (const auto* number = node.as_floating_point()) {
    value.kind = TomlValue::Kind::Number;
    value.number = number->get();
  } else if (const auto* flag = node.as_boolean()) {
    value.kind = TomlValue::Kind::Flag;
    value.flag = flag->get();
  } else if (const auto* list = node.as_array()) {
    value.kind = TomlValue::Kind::List;
    for (const toml::node& one : *list) value.values.push_back(convert(one));
  } else if (const auto* table = node.as_table()) {
    value.kind = TomlValue::Kind::Table;
    for (const auto& [key, one] : *table) {
      value.keys.emplace_back(key.str());
      value.values.push_back(convert(one));
    }
  }
  return value;
}

std::size_t editDistance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string problemText(const Problem& problem) {
  if (problem.line <= 0) return problem.file + ": " + problem.message;
  return problem.file + ":" + std::to_string(problem.line) + ": " + problem.message;
}

std::string suggestion(const std::string& wrong, const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 60;
  const std::string* nearest = nullptr;
  std::size_t best = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  if (wrong.size() > kLongest) return {};
  for (const std::string& name : known) {
    if (name.size() > kLongest) continue;
    if (const std::size_t distance = editDistance(wrong, name); distance < best) {
      best = distance;
      nearest = &name;
    }
  }
  return nearest ? ", did you mean '" + *nearest + "'?" : std::string();
}

std::optional<TomlValue> parseToml(const std::string& text, const std::string& file, Problems& problems) {
  try {
    return convert(toml::parse(text));
  } catch (const toml::parse_error& error) {
    problems.push_back({file, static_cast<int>(error.source().begin.line), std::string(error.description())});
  } catch (const std::exception& error) {
    problems.push_back({file, 0, std::string("cannot be read: ") + error.what()});
  }
  return std::nullopt;
}

TomlSection::TomlSection(const TomlValue& table, std::string name, std::string file, Problems& problems)
    : table_(&table),
      name_(std::move(name)),
      file_(std::move(file)),
      problems_(&problems),
      asked_(std::make_shared<std::set<std::string>>()) {
  NUDGE_CHECK(table.kind == TomlValue::Kind::Table, "a section is a table");
}

void TomlSection::doubt(const std::string& key, const std::string& message) const {
  fail(key, message);
  problems_->back().runs = true;
}

void TomlSection::fail(const std::string& key, const std::string& message) const {
  const auto at = std::find(table_->keys.begin(), table_->keys.end(), key);
  const int line = at == table_->keys.end()
                       ? table_->line
                       : table_->values[static_cast<std::size_t>(at - table_->keys.begin())].line;
  problems_->push_back({file_, line, message});
}

bool TomlSection::has(const std::string& key) const {
  asked_->insert(key);
  return std::find(table_->keys.begin(), table_->keys.end(), key) != table_->keys.end();
}

const TomlValue* TomlSection::find(const std::string& key) {
  asked_->insert(key);
  const auto at = std::find(table_->keys.begin(), table_->keys.end(), key);
  return at == table_->keys.end() ? nullptr
                                  : &table_->values[static_cast<std::size_t>(at - table_->keys.begin())];
}

const TomlValue* TomlSection::find(const std::string& key, TomlValue::Kind kind, const char* wanted) {
  const TomlValue* value = find(key);
  if (!value || value->kind == kind) return value;
  fail(key, "'" + key + "' in " + name_ + " must be " + wanted);
  return nullptr;
}

const TomlValue* TomlSection::required(const std::string& key, TomlValue::Kind kind, const char* wanted) {
  if (!find(key)) {
    fail(key, name_ + " needs '" + key + "', " + wanted);
    return nullptr;
  }
  return find(key, kind, wanted);
}

std::string TomlSection::text(const std::string& key) {
  const TomlValue* value = required(key, TomlValue::Kind::Text, "a text in quotes");
  if (value && value->text.empty()) fail(key, "'" + key + "' in " + name_ + " is empty");
  return value ? value->text : std::string();
}

std::string TomlSection::text(const std::string& key, const std::string& otherwise) {
  const TomlValue* value = find(key, TomlValue::Kind::Text, "a text in quotes");
  return value ? value->text : otherwise;
}

std::string TomlSection::choice(const std::string& key, const std::vector<std::string>& allowed) {
  const std::string chosen = text(key, allowed.front());
  if (std::find(allowed.begin(), allowed.end(), chosen) != allowed.end()) return chosen;
  std::string list;
  for (const std::string& one : allowed) list += (list.empty() ? "'" : ", '") + one + "'";
  fail(key, "'" + key + "' in " + name_ + " cannot be '" + chosen + "'; it is one of " + list);
  return {};
}

double TomlSection::checked(const std::string& key, const TomlValue& value, double low, double high) {
  if (value.number >= low && value.number <= high) return value.number;
  fail(key, "'" + key + "' in " + name_ + " is " + short_(value.number) + "; it must lie between " +
                short_(low) + " and " + short_(high));
  return std::isfinite(low) && low > 0.0 ? low : std::min(std::max(0.0, low), high);
}

double TomlSection::number(const std::string& key, double low, double high) {
  const TomlValue* value = required(key, TomlValue::Kind::Number, "a number");
  return value ? checked(key, *value, low, high) : std::min(std::max(0.0, low), high);
}

double TomlSection::numberOr(const std::string& key, double otherwise, double low, double high) {
  const TomlValue* value = find(key, TomlValue::Kind::Number, "a number");
  return value ? checked(key, *value, low, high) : otherwise;
}

int TomlSection::countOr(const std::string& key, int otherwise, int low, int high) {
  const double value = numberOr(key, otherwise, low, high);
  if (value != std::floor(value)) fail(key, "'" + key + "' in " + name_ + " must be a whole number");
  return static_cast<int>(value);
}

bool TomlSection::flagOr(const std::string& key, bool otherwise) {
  const TomlValue* value = find(key, TomlValue::Kind::Flag, "true or false");
  return value ? value->flag : otherwise;
}

std::vector<double> TomlSection::numbersOr(const std::string& key, std::vector<double> otherwise) {
  const TomlValue* list = find(key);
  if (!list) return otherwise;
  std::vector<double> numbers;
  bool fine = list->kind == TomlValue::Kind::List, usable = true;
  for (const TomlValue& value : list->values) {
    fine = fine && value.kind == TomlValue::Kind::Number;
    usable = usable && std::abs(value.number) <= kHigh;
    numbers.push_back(value.number);
  }
  if (fine && usable) return numbers;
  fail(key, "'" + key + "' in " + name_ +
                (fine ? " holds a number that is not finite or beyond 1e10" : " must be a list of numbers"));
  return otherwise;
}

std::vector<double> TomlSection::numbers(const std::string& key, std::size_t size) {
  if (!has(key)) fail(key, name_ + " needs '" + key + "', a list of " + std::to_string(size) + " numbers");
  const std::size_t before = problems_->size();
  std::vector<double> found = numbersOr(key, std::vector<double>(size, 0.0));
  if (found.size() == size) return found;
  if (problems_->size() == before)
    fail(key, "'" + key + "' in " + name_ + " must have " + std::to_string(size) + " numbers, not " +
                  std::to_string(found.size()));
  return std::vector<double>(size, 0.0);
}

std::vector<double> TomlSection::numberForEach(const std::string& key, std::size_t size, double low,
                                               double high) {
  const TomlValue* value = find(key);
  if (!value || value->kind != TomlValue::Kind::List)
    return std::vector<double>(size, number(key, low, high));
  std::vector<double> each = numbers(key, size);
  for (std::size_t i = 0; i < std::min(size, value->values.size()); ++i)
    each[i] = checked(key, value->values[i], low, high);
  return each;
}

std::vector<std::string> TomlSection::texts(const std::string& key) {
  if (!has(key)) fail(key, name_ + " needs '" + key + "', a list of texts");
  return textsOr(key, {});
}

std::vector<std::string> TomlSection::textsOr(const std::string& key, std::vector<std::string> otherwise) {
  const TomlValue* list = find(key);
  if (!list) return otherwise;
  if (list->kind == TomlValue::Kind::Text) return {list->text};
  std::vector<std::string> found;
  bool fine = list->kind == TomlValue::Kind::List;
  for (const TomlValue& value : list->values) {
    fine = fine && value.kind == TomlValue::Kind::Text;
    found.push_back(value.text);
  }
  if (fine) return found;
  fail(key, "'" + key + "' in " + name_ + " must be a list of texts in quotes");
  return otherwise;
}

std::optional<TomlRange> TomlSection::range(const std::string& key) {
  const TomlValue* value = find(key);
  if (!value) return std::nullopt;
  if (value->kind == TomlValue::Kind::Number) {
    const double one = checked(key, *value, kLow, kHigh);
    return TomlRange{one, one};
  }
  const std::vector<double> ends = numbers(key, 2);
  if (ends[0] > ends[1])
    doubt(key, "'" + key + "' in " + name_ + " runs from " + short_(ends[0]) + " down to " + short_(ends[1]) +
                   "; write the smaller number first");
  return TomlRange{ends[0], ends[1]};
}

std::vector<std::vector<double>> TomlSection::rows(const std::string& key, std::size_t size) {
  std::vector<std::vector<double>> found;
  const TomlValue* list = find(key, TomlValue::Kind::List, "a list of lists of numbers");
  if (!list) return found;
  bool fine = true;
  for (const TomlValue& row : list->values) {
    fine = fine && row.kind == TomlValue::Kind::List && row.values.size() == size;
    found.emplace_back();
    for (const TomlValue& value : row.values) {
      fine = fine && value.kind == TomlValue::Kind::Number && std::abs(value.number) <= kHigh;
      found.back().push_back(value.number);
    }
  }
  if (fine) return found;
  fail(key, "'" + key + "' in " + name_ + " must be a list of lists of " + std::to_string(size) + " numbers");
  return {};
}

std::optional<TomlSection> TomlSection::section(const std::string& key) {
  const TomlValue* value = find(key, TomlValue::Kind::Table, "a table");
  if (!value) return std::nullopt;
  return TomlSection(*value, "[" + key + "]", file_, *problems_);
}

std::vector<TomlSection> TomlSection::sections(const std::string& key) {
  std::vector<TomlSection> all;
  const TomlValue* value = find(key);
  if (!value) return all;
  const std::string name = "[[" + key + "]]";
  if (value->kind == TomlValue::Kind::Table) {
    all.emplace_back(*value, name, file_, *problems_);
    return all;
  }
  const bool tables = value->kind == TomlValue::Kind::List &&
                      std::all_of(value->values.begin(), value->values.end(),
                                  [](const TomlValue& one) { return one.kind == TomlValue::Kind::Table; });
  if (!tables) {
    fail(key, "'" + key + "' must be written as " + name + " tables");
    return all;
  }
  for (const TomlValue& one : value->values) all.emplace_back(one, name, file_, *problems_);
  return all;
}

void TomlSection::finish() const {
  const std::vector<std::string> known(asked_->begin(), asked_->end());
  for (std::size_t i = 0; i < table_->keys.size(); ++i) {
    const std::string& key = table_->keys[i];
    if (asked_->count(key)) continue;
    problems_->push_back({file_, table_->values[i].line,
                          name_ + " has no '" + key.substr(0, 60) + "'" + suggestion(key, known)});
  }
}

}  // namespace nudge
