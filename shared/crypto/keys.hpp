#pragma once
/// The two kinds of key pairs: Ed25519 to sign, X25519 to seal to. Secret halves are wiped when
/// their owner goes; whoever stores one wraps it first (passphrase.hpp) or keeps the file 0600.

#include "shared/core/crypto_port.hpp"
#include "shared/core/result.hpp"
#include "shared/crypto/secret.hpp"

namespace huiyin::crypto {

constexpr std::size_t kSeedBytes = 32;

/// Ed25519. Moved, not copied; signing may happen on any thread.
class KeyPair final : public SignPort {
 public:
  [[nodiscard]] static KeyPair generate();
  /// kMalformed unless `seed` has 32 bytes. The same seed is the same pair.
  [[nodiscard]] static Result<KeyPair> from_seed(ByteView seed);

  [[nodiscard]] const PublicKey& public_key() const override { return public_key_; }
  [[nodiscard]] Signature sign(std::initializer_list<ByteView> parts) const override;
  /// For storing; from_seed() makes the pair again.
  [[nodiscard]] ByteView seed() const { return secret_.view().first(kSeedBytes); }

 private:
  explicit KeyPair(ByteView seed);
  PublicKey public_key_;
  Secret secret_;  ///< libsodium's 64 bytes: seed and public key
};

/// X25519.
class SealKeyPair {
 public:
  [[nodiscard]] static SealKeyPair generate();
  /// kMalformed unless `secret` has 32 bytes.
  [[nodiscard]] static Result<SealKeyPair> from_secret(ByteView secret);
  /// The pair that what is sealed to an Ed25519 key's X25519 form opens with.
  [[nodiscard]] static SealKeyPair from_signing(const KeyPair& pair);

  [[nodiscard]] const SealKey& public_key() const { return public_key_; }
  /// For storing; from_secret() makes the pair again.
  [[nodiscard]] ByteView secret() const { return secret_.view(); }

 private:
  explicit SealKeyPair(Secret secret);
  SealKey public_key_;
  Secret secret_;
};

/// The X25519 form of an Ed25519 public key; kInvalid for bytes that are no such key.
[[nodiscard]] Result<SealKey> seal_key_of(const PublicKey& key);

}  // namespace huiyin::crypto
