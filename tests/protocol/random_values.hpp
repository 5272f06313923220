#pragma once
/// Any wire value filled at random, or up to its limits: an archive like the real ones that
/// writes into the fields instead of reading bytes. A new field is covered by being serialised.

#include <limits>
#include <type_traits>

#include "protocol/payloads.hpp"
#include "shared/core/prng.hpp"
#include "shared/core/utf8.hpp"

namespace huiyin::protocol::testing {

class Filler {
 public:
  /// `full`: every text, blob and list as long as its type allows, every number the greatest.
  Filler(Prng random, bool full) : random_(random), full_(full) {}

  template <class... Fields>
  void operator()(Fields&... fields) {
    (fill(fields), ...);
  }

 private:
  /// How many elements: small mostly, now and then all that may be.
  std::size_t count(std::size_t most) {
    if (full_) return most;
    const std::size_t few = most < 5 ? most : 5;
    return static_cast<std::size_t>(random_.below(few + 1));
  }
  void fill(bool& value) { value = full_ || random_.chance(1, 2); }
  template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
  void fill(T& value) {
    if (full_) {
      value = std::numeric_limits<T>::max();
      return;
    }
    // Numbers of every length, so that every length of a varint occurs.
    value = static_cast<T>(random_.next() >> random_.below(64));
    if (random_.chance(1, 16))
      value = random_.chance(1, 2) ? std::numeric_limits<T>::max() : std::numeric_limits<T>::min();
  }
  template <class Tag, std::size_t Size>
  void fill(Id<Tag, Size>& id) {
    id = Id<Tag, Size>::prefix(random_.bytes(Size));
  }
  template <class Tag, class Number>
  void fill(Numbered<Tag, Number>& number) {
    fill(number.value);
  }
  template <class Tag>
  void fill(Milliseconds<Tag>& time) {
    fill(time.ms);
  }
  template <std::size_t Max>
  void fill(Text<Max>& text) {
    text.value.clear();
    const std::size_t bytes = full_ ? Max : random_.below(Max < 40 ? Max + 1 : 40);
    while (text.value.size() < bytes) {
      std::string more;
      const char32_t choices[] = {U'a', U'é', U'路', U'🌊'};
      append_code_point(more, choices[random_.below(4)]);
      if (text.value.size() + more.size() > bytes) more = "x";
      text.value += more;
    }
  }
  template <std::size_t Max>
  void fill(Blob<Max>& blob) {
    blob.value = random_.bytes(full_ ? Max : random_.below(Max < 300 ? Max + 1 : 300));
  }
  template <class T, std::size_t Max>
  void fill(List<T, Max>& list) {
    list.items.assign(count(Max), T{});
    for (T& item : list.items) fill(item);
  }
  template <class E>
  void fill(Choice<E>& choice) {
    const auto last = static_cast<std::uint64_t>(ChoiceLast<E>::value);
    choice.value = static_cast<E>(full_ ? last : random_.below(last + 1));
  }
  template <class T, std::enable_if_t<std::is_class_v<T>, int> = 0>
  auto fill(T& value) -> decltype(value.serialize(*this)) {
    value.serialize(*this);
  }

  Prng random_;
  bool full_;
};

template <class T>
[[nodiscard]] T random_value(Prng& random) {
  T value;
  Filler filler(random.split(), false);
  filler(value);
  return value;
}
template <class T>
[[nodiscard]] T largest_value() {
  T value;
  Filler filler(Prng(7), true);
  filler(value);
  return value;
}

}  // namespace huiyin::protocol::testing
