#include "shared/crypto/hash.hpp"

#include "shared/crypto/sodium.hpp"

namespace huiyin::crypto {

namespace {

/// BLAKE2b over parts; `out` is 16 to 64 bytes, `key` empty or 16 to 64.
void blake2b_into(std::span<std::uint8_t> out, ByteView key, std::initializer_list<ByteView> parts) {
  sodium_ready();
  crypto_generichash_state state;
  HUIYIN_CHECK(crypto_generichash_init(&state, key.data(), key.size(), out.size()) == 0);
  for (const ByteView part : parts) crypto_generichash_update(&state, part.data(), part.size());
  crypto_generichash_final(&state, out.data(), out.size());
}

class SodiumHash final : public HashPort {
 public:
  Hash blake2b(std::initializer_list<ByteView> parts) const override {
    Hash hash;
    blake2b_into(hash.bytes, {}, parts);
    return hash;
  }

  Hash sha256(std::initializer_list<ByteView> parts) const override {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (const ByteView part : parts) crypto_hash_sha256_update(&state, part.data(), part.size());
    Hash hash;
    crypto_hash_sha256_final(&state, hash.bytes.data());
    return hash;
  }

  bool verify(const PublicKey& key, std::initializer_list<ByteView> parts,
              const Signature& signature) const override {
    sodium_ready();
    Bytes message;
    for (const ByteView part : parts) append(message, part);
    return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(),
                                       key.bytes.data()) == 0;
  }
};

}  // namespace

const HashPort& hash_port() {
  static const SodiumHash port;
  return port;
}

std::array<std::uint8_t, 16> blake2b_128(std::initializer_list<ByteView> parts) {
  std::array<std::uint8_t, 16> hash{};
  blake2b_into(hash, {}, parts);
  return hash;
}

Hash blake2b_keyed(ByteView key, std::initializer_list<ByteView> parts) {
  HUIYIN_CHECK(key.size() >= crypto_generichash_KEYBYTES_MIN &&
               key.size() <= crypto_generichash_KEYBYTES_MAX);
  Hash hash;
  blake2b_into(hash.bytes, key, parts);
  return hash;
}

ReceiptTag receipt_tag(const PublicKey& receipt_key) {
  return ReceiptTag::prefix(hash_port().blake2b({receipt_key.view()}).view());
}

}  // namespace huiyin::crypto
