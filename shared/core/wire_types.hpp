#pragma once
/// The bounded building blocks of messages: the limit stands in the type, so a field cannot be
/// declared without one. Every wire struct has one `serialize` naming its fields in order;
/// fields are only ever appended, under a higher revision.

#include <string>
#include <vector>

#include "shared/core/ids.hpp"
#include "shared/core/time.hpp"

namespace huiyin {

/// UTF-8, at most Max bytes.
template <std::size_t Max>
struct Text {
  std::string value;
  friend bool operator==(const Text&, const Text&) = default;
};

/// Any bytes, at most Max.
template <std::size_t Max>
struct Blob {
  Bytes value;
  friend bool operator==(const Blob& a, const Blob& b) { return equal(a.value, b.value); }
};

template <class T, std::size_t Max>
struct List {
  std::vector<T> items;
  friend bool operator==(const List&, const List&) = default;
};

/// The greatest value of an enum that may travel; specialised beside the enum.
template <class E>
struct ChoiceLast;

/// An enum that is refused when it is not one of its values (0 … ChoiceLast).
template <class E>
struct Choice {
  E value{};
  friend bool operator==(const Choice&, const Choice&) = default;
};

}  // namespace huiyin
