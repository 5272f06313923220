#pragma once
/// Hashing and signing for tests of the protocol: libsodium directly, so that these tests stand
/// on their own and check shared/crypto's results instead of sharing its mistakes.

#include "shared/core/crypto_port.hpp"

namespace huiyin::protocol::testing {

class TestHashes final : public HashPort {
 public:
  [[nodiscard]] Hash blake2b(std::initializer_list<ByteView> parts) const override;
  [[nodiscard]] Hash sha256(std::initializer_list<ByteView> parts) const override;
  [[nodiscard]] bool verify(const PublicKey& key, std::initializer_list<ByteView> parts,
                            const Signature& signature) const override;
};

/// The key pair whose Ed25519 seed is BLAKE2b-256 of the name: the same on every machine.
class TestKey final : public SignPort {
 public:
  explicit TestKey(std::string_view name);
  [[nodiscard]] const PublicKey& public_key() const override { return public_; }
  [[nodiscard]] Signature sign(std::initializer_list<ByteView> parts) const override;

 private:
  PublicKey public_;
  Signature secret_;  // 64 bytes as libsodium keeps them
};

[[nodiscard]] const TestHashes& hashes();

/// The first Size bytes of BLAKE2b-256 of the name, 32 at most.
template <class AnyId>
[[nodiscard]] AnyId id_named(std::string_view name) {
  return AnyId::prefix(hashes().blake2b({as_bytes(name)}).view());
}

}  // namespace huiyin::protocol::testing
