#pragma once
/// What seals have in common: one-time keys from an exchange, authenticated encryption under a
/// key that is used once, and plain text packed so that its length says little. For this folder.

#include <span>

#include "shared/core/result.hpp"
#include "shared/crypto/keys.hpp"

namespace huiyin::crypto::box {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kUnpackedBytesMax = 4096 * 8;

/// BLAKE2b-256(context ‖ kind ‖ shared secret ‖ ephemeral key ‖ recipient's key), from the sealer's
/// or the opener's side. `kind` keeps two sections to one recipient from sharing a key.
/// kInvalid when a public key is one of those that make every secret the same.
[[nodiscard]] Result<Secret> agree(std::string_view context, std::uint8_t kind, const SealKeyPair& mine,
                                   const SealKey& theirs, const SealKey& ephemeral, const SealKey& recipient);

/// ChaCha20-Poly1305-IETF with a zero nonce: `key` is never used for a second plain text.
[[nodiscard]] Bytes encrypt(const Secret& key, ByteView plain, ByteView aad);
/// kRefused when key, associated data or bytes are not those it was made with.
[[nodiscard]] Result<Bytes> decrypt(const Secret& key, ByteView sealed, ByteView aad);

/// u8 encoding (0 raw, 1 zstd) ‖ u16 length ‖ data ‖ zeros up to a step of `ladder`, in bytes in all.
/// kTooLarge when it does not fit the last step.
[[nodiscard]] Result<Bytes> pack(ByteView plain, std::span<const std::size_t> ladder);
/// kMalformed for anything pack() does not write.
[[nodiscard]] Result<Bytes> unpack(ByteView packed, std::span<const std::size_t> ladder);

}  // namespace huiyin::crypto::box
