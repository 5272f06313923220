#pragma once
/// Seal mode 1 (design of records, section 5): a sealed part that only the named keys open, and
/// only in the place it was made for.
///
///   ephemeral key 32 ‖ u8 sections (1..4) ‖ per section:
///     u8 kind ‖ u8 recipients n (1..4) ‖ n × {u32 key id ‖ wrapped section key 48, only if n > 1}
///     ‖ u16 length ‖ ciphertext
///
/// All numbers big-endian. With one recipient the agreed key encrypts the section; with more a
/// random section key does, wrapped for each. What is authenticated with each ciphertext:
/// kind ‖ n ‖ key ids ‖ the caller's associated data.

#include <array>
#include <span>
#include <vector>

#include "shared/core/ids.hpp"
#include "shared/core/result.hpp"
#include "shared/crypto/keys.hpp"

namespace huiyin::crypto {

/// The context of everything sealed inside a record.
constexpr std::string_view kRecordSealContext = "huiyin/seal/1";

/// Sizes of a packed section before encryption, in bytes; ciphertext is 16 more.
constexpr std::array<std::size_t, 13> kSealLadder{32,  64,  96,   128,  192,  256, 384,
                                                  512, 768, 1024, 1536, 2048, 4096};

enum class SectionKind : std::uint8_t {
  kRouting = 1,  ///< category, place, receipt key: to the office's routing key
  kText = 2,     ///< what was said: to the office's text key or a confidential one
  kWhole = 3,    ///< answers a form marks sensitive
};

struct SealRecipient {
  SealGeneration key_id;
  SealKey key;
};

struct SealSection {
  SectionKind kind;
  ByteView plain;
  std::span<const SealRecipient> recipients;  ///< 1..4, no key id twice
};

/// 1..4 sections, no kind twice. `aad` names the place (device, epoch, seq, form): the same bytes
/// are needed to open. kTooLarge when a section does not fit the ladder even compressed.
[[nodiscard]] Result<Bytes> seal(std::string_view context, std::span<const SealSection> sections,
                                 ByteView aad);

/// What can be seen of a section without a key.
struct SectionInfo {
  SectionKind kind;
  std::vector<SealGeneration> key_ids;
  std::size_t sealed_bytes;
};
/// kMalformed for anything seal() does not write. Says nothing about authenticity.
[[nodiscard]] Result<std::vector<SectionInfo>> list_sections(ByteView sealed);

/// kNotFound when there is no such section or it is not sealed to `key_id`; kRefused when the key,
/// the context, the place or the bytes are not those it was sealed with.
[[nodiscard]] Result<Bytes> open_section(ByteView sealed, SectionKind kind, SealGeneration key_id,
                                         const SealKeyPair& pair, std::string_view context, ByteView aad);

/// The key of one section of one record, to be wrapped for an officer, a unit or an auditor
/// without sealing anything again; open_with_section_key() takes it.
[[nodiscard]] Result<Secret> section_key(ByteView sealed, SectionKind kind, SealGeneration key_id,
                                         const SealKeyPair& pair, std::string_view context, ByteView aad);
[[nodiscard]] Result<Bytes> open_with_section_key(ByteView sealed, SectionKind kind, const Secret& key,
                                                  ByteView aad);

}  // namespace huiyin::crypto
