// A task.toml as a tree of values that know their lines, and sections that are read key by key: what is
// missing, of the wrong kind, out of range or not known becomes a problem with its line, and reading goes on.
#pragma once

#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nudge {

/// One mistake in a task's folder. `line` counts from 1; 0 is the whole file.
struct Problem {
  std::string file;
  int line = 0;
  std::string message;
  bool runs =
      false;  ///< the task runs, though not as it is meant: a folder is refused, a lesson that has it opens
};
using Problems = std::vector<Problem>;
/// "task.toml:12: message".
std::string problemText(const Problem& problem);

/// The nearest of `known` as ", did you mean 'x'?"; empty if none is near.
std::string suggestion(const std::string& wrong, const std::vector<std::string>& known);

/// A range of numbers; equal ends mean a fixed number.
struct TomlRange {
  double first = 0.0, last = 0.0;
};

struct TomlValue {
  enum class Kind { Text, Number, Flag, List, Table, Other } kind = Kind::Other;
  std::string text;
  double number = 0.0;
  bool flag = false;
  std::vector<std::string> keys;  ///< of a table
  std::vector<TomlValue> values;  ///< of a list or table
  int line = 0;
};

/// Parses a whole file; a syntax error is one problem and nothing comes back.
std::optional<TomlValue> parseToml(const std::string& text, const std::string& file, Problems& problems);

/// One table, read key by key. The values that come back for a problem are harmless ones. Cheap to copy;
/// copies share what has been read. The tree and the problems outlive it.
class TomlSection {
 public:
  /// `name` is how people find it, as in "[control]".
  TomlSection(const TomlValue& table, std::string name, std::string file, Problems& problems);

  bool has(const std::string& key) const;
  int line() const { return table_->line; }
  const std::string& name() const { return name_; }

  std::string text(const std::string& key);
  std::string text(const std::string& key, const std::string& otherwise);
  /// One of `allowed`, the first if the key is missing; empty with a problem.
  std::string choice(const std::string& key, const std::vector<std::string>& allowed);
  double number(const std::string& key, double low = kLow, double high = kHigh);
  double numberOr(const std::string& key, double otherwise, double low = kLow, double high = kHigh);
  int countOr(const std::string& key, int otherwise, int low, int high);
  bool flagOr(const std::string& key, bool otherwise);
  /// Exactly `size` finite numbers; `otherwise` (may be empty) if the key is missing.
  std::vector<double> numbers(const std::string& key, std::size_t size);
  std::vector<double> numbersOr(const std::string& key, std::vector<double> otherwise);
  /// One number for all `size`, or a list of as many; each between `low` and `high`.
  std::vector<double> numberForEach(const std::string& key, std::size_t size, double low = kLow,
                                    double high = kHigh);
  /// A list of texts, or one text alone.
  std::vector<std::string> texts(const std::string& key);
  std::vector<std::string> textsOr(const std::string& key, std::vector<std::string> otherwise);
  /// [low, high], or one number; nothing if the key is missing.
  std::optional<TomlRange> range(const std::string& key);
  /// Lists of `size` numbers.
  std::vector<std::vector<double>> rows(const std::string& key, std::size_t size);

  std::optional<TomlSection> section(const std::string& key);
  /// [[key]] tables; a single [key] counts as one.
  std::vector<TomlSection> sections(const std::string& key);

  /// A problem at the key's line, or at the section's if there is no such key.
  void fail(const std::string& key, const std::string& message) const;
  /// The same of what runs, but not as it is meant.
  void doubt(const std::string& key, const std::string& message) const;
  /// A problem for every key that nobody asked for.
  void finish() const;
  /// No such problems: what would have asked is not known.
  void finishUnread() const { asked_->insert(table_->keys.begin(), table_->keys.end()); }
  /// Every key that was asked for, whether it was there or not.
  const std::set<std::string>& asked() const { return *asked_; }

 private:
  static constexpr double kHigh = 1e10, kLow = -kHigh;  // MuJoCo's own measure of what has run away

  const TomlValue* find(const std::string& key);
  const TomlValue* find(const std::string& key, TomlValue::Kind kind, const char* wanted);
  const TomlValue* required(const std::string& key, TomlValue::Kind kind, const char* wanted);
  double checked(const std::string& key, const TomlValue& value, double low, double high);

  const TomlValue* table_;
  std::string name_, file_;
  Problems* problems_;
  std::shared_ptr<std::set<std::string>> asked_;
};

}  // namespace nudge
