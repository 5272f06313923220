#pragma once
/// Bounded cereal archives over plain bytes: the only way in which bytes of a peer, a file or
/// a disk become values. Include it from .cpp files and from serialize functions only.
///
/// Format: one byte for bool and 8-bit numbers; every wider unsigned number as LEB128, shortest
/// form only; signed numbers zigzag first; fixed-size ids raw; text, blobs and lists as a LEB128
/// count followed by the elements. No class versions, no pointers, no polymorphism, no floats.
///
/// Errors are sticky: after the first, every load yields zero and takes nothing, and decode()
/// returns the error. Nothing is allocated from a declared size before it was compared with
/// the field's cap, with the bytes that are left and with the memory budget of the message.

#include <cereal/cereal.hpp>
#include <limits>
#include <type_traits>

#include "shared/core/wire_types.hpp"
#include "shared/core/limits.hpp"
#include "shared/core/result.hpp"
#include "shared/core/utf8.hpp"

namespace huiyin::protocol {

class BoundedOutput : public cereal::OutputArchive<BoundedOutput, cereal::AllowEmptyClassElision> {
 public:
  explicit BoundedOutput(Bytes& out)
      : cereal::OutputArchive<BoundedOutput, cereal::AllowEmptyClassElision>(this), out_(out) {}

  void raw(ByteView bytes) { append(out_, bytes); }
  void byte(std::uint8_t value) { out_.push_back(value); }
  void varint(std::uint64_t value) {
    while (value >= 0x80U) {
      out_.push_back(static_cast<std::uint8_t>(value | 0x80U));
      value >>= 7U;
    }
    out_.push_back(static_cast<std::uint8_t>(value));
  }

 private:
  Bytes& out_;
};

class BoundedInput : public cereal::InputArchive<BoundedInput, cereal::AllowEmptyClassElision> {
 public:
  BoundedInput(ByteView in, std::size_t memory_bytes_max)
      : cereal::InputArchive<BoundedInput, cereal::AllowEmptyClassElision>(this),
        in_(in),
        memory_left_(memory_bytes_max) {}

  [[nodiscard]] bool failed() const { return problem_ != nullptr; }
  [[nodiscard]] const char* problem() const { return problem_ != nullptr ? problem_ : ""; }
  [[nodiscard]] std::size_t remaining() const { return failed() ? 0 : in_.size() - at_; }
  [[nodiscard]] std::size_t position() const { return at_; }
  void fail(const char* problem) {
    if (problem_ == nullptr) problem_ = problem;
  }

  /// A view of `count` bytes of the input, or an empty view and a failure.
  [[nodiscard]] ByteView take(std::size_t count) {
    if (failed() || count > remaining()) {
      fail("the bytes end too early");
      return {};
    }
    const ByteView taken = in_.subspan(at_, count);
    at_ += count;
    return taken;
  }
  [[nodiscard]] std::uint8_t byte() {
    const ByteView one = take(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  [[nodiscard]] std::uint64_t varint(std::uint64_t maximum) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t part = byte();
      if (failed()) return 0;
      const std::uint64_t bits = part & 0x7FU;
      if (shift == 63 && bits > 1) break;
      value |= bits << shift;
      if ((part & 0x80U) == 0) {
        if (part == 0 && shift != 0) {
          fail("a number is not in its shortest form");
          return 0;
        }
        if (value > maximum) {
          fail("a number is above its limit");
          return 0;
        }
        return value;
      }
    }
    fail("a number is longer than 64 bits");
    return 0;
  }
  /// Pays `bytes` of the message's memory budget.
  [[nodiscard]] bool spend(std::size_t bytes) {
    if (failed()) return false;
    if (bytes > memory_left_) {
      fail("the message wants more memory than it may have");
      return false;
    }
    memory_left_ -= bytes;
    return true;
  }
  [[nodiscard]] bool enter() {
    if (++depth_ > limits::kDecodeDepthMax) fail("lists are nested too deeply");
    return !failed();
  }
  void leave() { --depth_; }

 private:
  ByteView in_;
  std::size_t at_ = 0;
  std::size_t memory_left_;
  unsigned depth_ = 0;
  const char* problem_ = nullptr;
};

// --- numbers
template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
void CEREAL_SAVE_FUNCTION_NAME(BoundedOutput& out, const T& value) {
  if constexpr (sizeof(T) == 1) {
    out.byte(static_cast<std::uint8_t>(value));
  } else if constexpr (std::is_signed_v<T>) {
    const auto wide = static_cast<std::int64_t>(value);
    out.varint((static_cast<std::uint64_t>(wide) << 1U) ^ static_cast<std::uint64_t>(wide >> 63));
  } else {
    out.varint(value);
  }
}
template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
void CEREAL_LOAD_FUNCTION_NAME(BoundedInput& in, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    const std::uint8_t byte = in.byte();
    if (byte > 1) in.fail("a yes-or-no is neither");
    value = byte == 1 && !in.failed();
  } else if constexpr (sizeof(T) == 1) {
    value = static_cast<T>(in.byte());
  } else if constexpr (std::is_signed_v<T>) {
    const std::uint64_t zigzag = in.varint(std::numeric_limits<std::uint64_t>::max());
    const auto wide = static_cast<std::int64_t>((zigzag >> 1U) ^ (~(zigzag & 1U) + 1U));
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max())
      in.fail("a number is above its limit");
    value = in.failed() ? T{0} : static_cast<T>(wide);
  } else {
    value = static_cast<T>(in.varint(std::numeric_limits<T>::max()));
  }
}

// --- ids and typed numbers
template <class Tag, std::size_t Size>
void CEREAL_SAVE_FUNCTION_NAME(BoundedOutput& out, const Id<Tag, Size>& id) {
  out.raw(id.bytes);
}
template <class Tag, std::size_t Size>
void CEREAL_LOAD_FUNCTION_NAME(BoundedInput& in, Id<Tag, Size>& id) {
  id = Id<Tag, Size>::prefix(in.take(Size));
}
template <class Archive, class Tag, class Number>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, Numbered<Tag, Number>& number) {
  archive(number.value);
}
template <class Archive, class Tag>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, Milliseconds<Tag>& time) {
  archive(time.ms);
}

// --- bounded text, blobs, lists, enums
template <std::size_t Max>
void CEREAL_SAVE_FUNCTION_NAME(BoundedOutput& out, const Text<Max>& text) {
  HUIYIN_CHECK(text.value.size() <= Max);
  out.varint(text.value.size());
  out.raw(as_bytes(text.value));
}
template <std::size_t Max>
void CEREAL_LOAD_FUNCTION_NAME(BoundedInput& in, Text<Max>& text) {
  const auto size = static_cast<std::size_t>(in.varint(Max));
  const ByteView bytes = in.take(size);
  if (!in.failed() && !is_utf8(as_text(bytes))) in.fail("a text is not UTF-8");
  if (in.spend(size)) text.value = to_string(bytes);
}
template <std::size_t Max>
void CEREAL_SAVE_FUNCTION_NAME(BoundedOutput& out, const Blob<Max>& blob) {
  HUIYIN_CHECK(blob.value.size() <= Max);
  out.varint(blob.value.size());
  out.raw(blob.value);
}
template <std::size_t Max>
void CEREAL_LOAD_FUNCTION_NAME(BoundedInput& in, Blob<Max>& blob) {
  const auto size = static_cast<std::size_t>(in.varint(Max));
  const ByteView bytes = in.take(size);
  if (in.spend(size)) blob.value = to_bytes(bytes);
}
template <class T, std::size_t Max>
void CEREAL_SAVE_FUNCTION_NAME(BoundedOutput& out, const List<T, Max>& list) {
  HUIYIN_CHECK(list.items.size() <= Max);
  out.varint(list.items.size());
  for (const T& item : list.items) out(item);
}
template <class T, std::size_t Max>
void CEREAL_LOAD_FUNCTION_NAME(BoundedInput& in, List<T, Max>& list) {
  list.items.clear();
  const auto count = static_cast<std::size_t>(in.varint(Max));
  // Every element takes at least one byte, so a count above the rest is a lie.
  if (count > in.remaining()) in.fail("a list says it is longer than the message");
  if (!in.spend(count * sizeof(T)) || !in.enter()) return;
  list.items.reserve(count);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    list.items.emplace_back();
    in(list.items.back());
  }
  in.leave();
  if (in.failed()) list.items.clear();
}
template <class E>
void CEREAL_SAVE_FUNCTION_NAME(BoundedOutput& out, const Choice<E>& choice) {
  out.varint(static_cast<std::uint64_t>(choice.value));
}
template <class E>
void CEREAL_LOAD_FUNCTION_NAME(BoundedInput& in, Choice<E>& choice) {
  const std::uint64_t number = in.varint(static_cast<std::uint64_t>(ChoiceLast<E>::value));
  choice.value = static_cast<E>(number);
}

/// The bytes of one value, without envelope: bodies of messages, of payloads, of ledger entries.
template <class T>
[[nodiscard]] Bytes to_wire(const T& value) {
  Bytes bytes;
  BoundedOutput archive(bytes);
  archive(value);
  return bytes;
}

/// The value, if the bytes are exactly one: nothing missing, nothing left over.
template <class T>
[[nodiscard]] Result<T> from_wire(ByteView bytes, std::string_view what) {
  BoundedInput archive(bytes, limits::kDecodeMemoryBytesMax);
  T value;
  archive(value);
  if (!archive.failed() && archive.remaining() != 0) archive.fail("bytes are left over");
  if (archive.failed())
    return error(Code::kMalformed, archive.problem(),
                 std::string(what) + ", byte " + std::to_string(archive.position()));
  return value;
}

}  // namespace huiyin::protocol

CEREAL_SETUP_ARCHIVE_TRAITS(huiyin::protocol::BoundedInput, huiyin::protocol::BoundedOutput)
