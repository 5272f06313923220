#pragma once
/// Names of things, each a type of its own so that none can stand where another belongs.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "shared/core/bytes.hpp"

namespace huiyin {

/// `Size` bytes that name something; ordered as bytes. All zero means "none".
template <class Tag, std::size_t Size>
struct Id {
  static constexpr std::size_t kSize = Size;
  std::array<std::uint8_t, Size> bytes{};

  [[nodiscard]] ByteView view() const { return bytes; }
  [[nodiscard]] std::string text() const { return hex(bytes); }
  [[nodiscard]] bool is_none() const {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
  }
  /// Nothing unless `from` has exactly Size bytes.
  [[nodiscard]] static std::optional<Id> from(ByteView from) {
    if (from.size() != Size) return std::nullopt;
    Id id;
    std::copy(from.begin(), from.end(), id.bytes.begin());
    return id;
  }
  /// The first Size bytes of something longer.
  [[nodiscard]] static Id prefix(ByteView of) {
    Id id;
    std::copy_n(of.begin(), std::min(Size, of.size()), id.bytes.begin());
    return id;
  }
  [[nodiscard]] static std::optional<Id> from_text(std::string_view text) {
    const auto bytes = from_hex(text);
    return bytes ? from(*bytes) : std::nullopt;
  }
  friend bool operator==(const Id& a, const Id& b) { return a.bytes == b.bytes; }
  friend bool operator<(const Id& a, const Id& b) { return compare(a.bytes, b.bytes) < 0; }
};

using DeviceId =
    Id<struct DeviceIdTag, 16>;  ///< protocol::device_id_of: 16 bytes of BLAKE2b over context ‖ public key
using OfficeId = Id<struct OfficeIdTag, 16>;       ///< protocol::office_id_of, the same over the root key
using OfficeEpoch = Id<struct OfficeEpochTag, 8>;  ///< random; a restored office takes a new one
using EpochId = Id<struct EpochIdTag, 8>;          ///< random; a stretch of a device's journal
using BranchId = Id<struct BranchIdTag, 8>;        ///< none, or the first bytes of a diverging record's hash
using CaseId = Id<struct CaseIdTag, 8>;            ///< first 8 bytes of its first record's hash
using BootId = Id<struct BootIdTag, 16>;           ///< the kernel's boot id
using ReceiptTag = Id<struct ReceiptTagTag, 16>;   ///< first 16 bytes of BLAKE2b(receipt public key)
using CodeId = Id<struct CodeIdTag, 8>;            ///< names an enrolment code without telling it
using StreamId = Id<struct StreamIdTag, 16>;  ///< a ledger stream; what it is made of depends on its kind
using Hash = Id<struct HashTag, 32>;
using Salt = Id<struct SaltTag, 16>;
using SaltSeed = Id<struct SaltSeedTag, 16>;
using Nonce = Id<struct NonceTag, 32>;
using Exporter = Id<struct ExporterTag, 32>;  ///< RFC 9266 value of a TLS session; zeros where there is none
using PublicKey = Id<struct PublicKeyTag, 32>;  ///< Ed25519
using SealKey = Id<struct SealKeyTag, 32>;      ///< X25519, the public half
using Signature = Id<struct SignatureTag, 64>;
using KeyPin = Id<struct KeyPinTag, 16>;  ///< first 128 bits of SHA-256 over a TLS key's SubjectPublicKeyInfo

/// A number that cannot be mistaken for another number.
template <class Tag, class Number>
struct Numbered {
  Number value{};
  friend bool operator==(const Numbered&, const Numbered&) = default;
  friend auto operator<=>(const Numbered&, const Numbered&) = default;
};

using Seq =
    Numbered<struct SeqTag, std::uint64_t>;  ///< a record's number on its device, from 1, never reused
using LedgerOffset =
    Numbered<struct OffsetTag, std::uint64_t>;  ///< place in the ledger, from 0; the Merkle leaf index
using StreamVersion = Numbered<struct VersionTag, std::uint64_t>;
using AreaId =
    Numbered<struct AreaTag, std::uint32_t>;  ///< a number of the area file, never reused; 0 is none
using CategoryCode = Numbered<struct CategoryTag, std::uint16_t>;
using FormId = Numbered<struct FormTag, std::uint64_t>;
using SealGeneration = Numbered<struct SealGenTag, std::uint32_t>;     ///< which pair of office sealing keys
using BucketOffset = Numbered<struct BucketOffsetTag, std::uint64_t>;  ///< place in a bucket, from 1

}  // namespace huiyin
