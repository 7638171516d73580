// Expected failures at an edge (file, database, device, model, policy) travel as values.
// Programmer errors are CHECKs instead (check.h).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/base/check.h"

namespace nudge {

enum class ErrorCode { NotFound, Corrupt, NewerVersion, Busy, Full, ReadOnly, Disconnected, InvalidInput, Cancelled, Io, Internal };

/// What went wrong, in a sentence that a person can act on: what happened, what was kept, what to do.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;
};

/// Either a value or an Error. Reading the wrong side is a programmer error (CHECK).
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  T& value() & { NUDGE_CHECK(ok(), "value() of a failed Result"); return std::get<T>(state_); }
  const T& value() const& { NUDGE_CHECK(ok(), "value() of a failed Result"); return std::get<T>(state_); }
  T&& value() && { NUDGE_CHECK(ok(), "value() of a failed Result"); return std::get<T>(std::move(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

  const Error& error() const { NUDGE_CHECK(!ok(), "error() of a good Result"); return std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { NUDGE_CHECK(!ok(), "error() of a good Result"); return *error_; }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace nudge
