#pragma once
/// Result<T>: a value, or an Error that says what happened, where, and what to do.
/// For everything a peer, a disk or a person can cause. No exceptions in the pure libraries.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "shared/core/check.hpp"

namespace huiyin {

enum class Code : std::uint16_t {
  kNone = 0,
  kMalformed,     ///< bytes or text that do not follow their format
  kTooLarge,      ///< a named limit was passed
  kUnsupported,   ///< a version or revision we do not know
  kNotFound,      ///< what was asked for is not there
  kConflict,      ///< somebody else was first: read again, then decide
  kRefused,       ///< the right, the key or the code is missing or wrong
  kExpired,       ///< it was right once
  kBadSignature,  ///< evidence that does not verify
  kDamaged,       ///< bytes on our own disk that are not what we wrote
  kStorageFull,   ///< no room on the disk or in the map; what was saved stays saved
  kStorage,       ///< any other failure of the disk
  kNetwork,       ///< the connection, not the peer
  kLocked,        ///< the office's text key is not in memory
  kBusy,          ///< somebody holds it, or a queue is full: try again later
  kInvalid,       ///< a value a person gave that cannot be taken
};

struct Error {
  Code code = Code::kNone;
  std::string what;   ///< what happened, a sentence without a full stop
  std::string where;  ///< file, field, table or peer; may be empty
  std::string todo;   ///< what the reader can do; may be empty

  /// "what (where): todo", leaving out what is empty.
  [[nodiscard]] std::string text() const {
    std::string line = what;
    if (!where.empty()) line += " (" + where + ")";
    if (!todo.empty()) line += ": " + todo;
    return line;
  }
};

[[nodiscard]] inline Error error(Code code, std::string what, std::string where = {}, std::string todo = {}) {
  return Error{code, std::move(what), std::move(where), std::move(todo)};
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit on purpose
  Result(Error failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & {
    HUIYIN_CHECK(ok());
    return std::get<0>(state_);
  }
  [[nodiscard]] const T& value() const& {
    HUIYIN_CHECK(ok());
    return std::get<0>(state_);
  }
  [[nodiscard]] T&& value() && {
    HUIYIN_CHECK(ok());
    return std::get<0>(std::move(state_));
  }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }
  [[nodiscard]] const Error& error() const {
    HUIYIN_CHECK(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error failure) : failure_(std::move(failure)), ok_(false) {}  // NOLINT: implicit on purpose

  [[nodiscard]] bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  [[nodiscard]] const Error& error() const {
    HUIYIN_CHECK(!ok_);
    return failure_;
  }

 private:
  Error failure_;
  bool ok_ = true;
};

using Status = Result<void>;

}  // namespace huiyin

#define HUIYIN_JOIN_(a, b) a##b
#define HUIYIN_JOIN(a, b) HUIYIN_JOIN_(a, b)
/// Leaves the function with the error of `expression`, a Result of any type. The variable is
/// named by its line, so that a use inside a lambda inside a use shadows nothing.
#define HUIYIN_TRY(expression)                                                              \
  do {                                                                                      \
    if (auto HUIYIN_JOIN(try_, __LINE__) = (expression); !HUIYIN_JOIN(try_, __LINE__).ok()) \
      return HUIYIN_JOIN(try_, __LINE__).error();                                           \
  } while (false)
