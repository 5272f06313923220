#pragma once
/// Hashes and verification by libsodium.

#include "shared/core/crypto_port.hpp"

namespace huiyin::crypto {

/// The one native HashPort; lives as long as the program, any thread may use it.
[[nodiscard]] const HashPort& hash_port();

/// BLAKE2b with 128 bits of output: another function than the first half of BLAKE2b-256.
[[nodiscard]] std::array<std::uint8_t, 16> blake2b_128(std::initializer_list<ByteView> parts);

/// BLAKE2b-256 with a key of 16 to 64 bytes: a message authentication code.
[[nodiscard]] Hash blake2b_keyed(ByteView key, std::initializer_list<ByteView> parts);

/// What a reply is found by: the first 16 bytes of BLAKE2b-256 of the receipt's public key.
[[nodiscard]] ReceiptTag receipt_tag(const PublicKey& receipt_key);

}  // namespace huiyin::crypto
