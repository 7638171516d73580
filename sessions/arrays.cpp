#include "sessions/arrays.h"

#include <nlohmann/json.hpp>

namespace nudge::sessions {
namespace {

nlohmann::json parseList(const std::string& text, const char* what) {
  const nlohmann::json list = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) throw CorruptContent(std::string(what) + " is not a list");
  return list;
}

}  // namespace

std::string toJson(const std::vector<std::string>& names) {
  return nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string toJson(const std::vector<double>& numbers) {
  return nlohmann::json(numbers).dump();
}

std::vector<std::string> namesFromJson(const std::string& text, const char* what) {
  std::vector<std::string> names;
  for (const nlohmann::json& item : parseList(text, what)) {
    if (!item.is_string()) throw CorruptContent(std::string(what) + " is not a list of names");
    names.push_back(item.get<std::string>());
  }
  return names;
}

std::vector<double> numbersFromJson(const std::string& text, const char* what) {
  std::vector<double> numbers;
  for (const nlohmann::json& item : parseList(text, what)) {
    if (!item.is_number()) throw CorruptContent(std::string(what) + " is not a list of numbers");
    numbers.push_back(item.get<double>());
  }
  return numbers;
}

}  // namespace nudge::sessions
