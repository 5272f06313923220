#include "tests/protocol/sodium_port.hpp"

#include <sodium.h>

#include "shared/core/check.hpp"

namespace huiyin::protocol::testing {

namespace {
Bytes joined(std::initializer_list<ByteView> parts) {
  Bytes all;
  for (const ByteView part : parts) append(all, part);
  return all;
}
}  // namespace

Hash TestHashes::blake2b(std::initializer_list<ByteView> parts) const {
  Hash hash;
  const Bytes all = joined(parts);
  HUIYIN_CHECK(crypto_generichash(hash.bytes.data(), hash.bytes.size(), all.data(), all.size(), nullptr, 0) ==
               0);
  return hash;
}

Hash TestHashes::sha256(std::initializer_list<ByteView> parts) const {
  Hash hash;
  const Bytes all = joined(parts);
  crypto_hash_sha256(hash.bytes.data(), all.data(), all.size());
  return hash;
}

bool TestHashes::verify(const PublicKey& key, std::initializer_list<ByteView> parts,
                        const Signature& signature) const {
  const Bytes all = joined(parts);
  return crypto_sign_verify_detached(signature.bytes.data(), all.data(), all.size(), key.bytes.data()) == 0;
}

TestKey::TestKey(std::string_view name) {
  HUIYIN_CHECK(sodium_init() >= 0);
  const Hash seed = hashes().blake2b({as_bytes(name)});
  crypto_sign_seed_keypair(public_.bytes.data(), secret_.bytes.data(), seed.bytes.data());
}

Signature TestKey::sign(std::initializer_list<ByteView> parts) const {
  const Bytes all = joined(parts);
  Signature signature;
  crypto_sign_detached(signature.bytes.data(), nullptr, all.data(), all.size(), secret_.bytes.data());
  return signature;
}

const TestHashes& hashes() {
  static const TestHashes port;
  return port;
}

}  // namespace huiyin::protocol::testing
