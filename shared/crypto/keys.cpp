#include "shared/crypto/keys.hpp"

#include "shared/crypto/sodium.hpp"

namespace huiyin::crypto {

KeyPair::KeyPair(ByteView seed) : secret_(crypto_sign_SECRETKEYBYTES) {
  sodium_ready();
  HUIYIN_CHECK(seed.size() == crypto_sign_SEEDBYTES);
  crypto_sign_seed_keypair(public_key_.bytes.data(), secret_.data(), seed.data());
}

KeyPair KeyPair::generate() {
  const Secret seed = Secret::random(kSeedBytes);
  return KeyPair(seed.view());
}

Result<KeyPair> KeyPair::from_seed(ByteView seed) {
  if (seed.size() != kSeedBytes) return error(Code::kMalformed, "the seed of a key has 32 bytes");
  return KeyPair(seed);
}

Signature KeyPair::sign(std::initializer_list<ByteView> parts) const {
  Bytes message;
  for (const ByteView part : parts) append(message, part);
  Signature signature;
  crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(), secret_.data());
  return signature;
}

SealKeyPair::SealKeyPair(Secret secret) : secret_(std::move(secret)) {
  sodium_ready();
  HUIYIN_CHECK(crypto_scalarmult_base(public_key_.bytes.data(), secret_.data()) == 0);
}

SealKeyPair SealKeyPair::generate() { return SealKeyPair(Secret::random(crypto_scalarmult_SCALARBYTES)); }

Result<SealKeyPair> SealKeyPair::from_secret(ByteView secret) {
  if (secret.size() != crypto_scalarmult_SCALARBYTES)
    return error(Code::kMalformed, "the secret half of a sealing key has 32 bytes");
  return SealKeyPair(Secret::copy_of(secret));
}

SealKeyPair SealKeyPair::from_signing(const KeyPair& pair) {
  sodium_ready();
  Secret signing(crypto_sign_SECRETKEYBYTES);
  PublicKey ignored;  // the same as pair's own
  crypto_sign_seed_keypair(ignored.bytes.data(), signing.data(), pair.seed().data());
  Secret secret(crypto_scalarmult_SCALARBYTES);
  HUIYIN_CHECK(crypto_sign_ed25519_sk_to_curve25519(secret.data(), signing.data()) == 0);
  return SealKeyPair(std::move(secret));
}

Result<SealKey> seal_key_of(const PublicKey& key) {
  sodium_ready();
  SealKey converted;
  if (crypto_sign_ed25519_pk_to_curve25519(converted.bytes.data(), key.bytes.data()) != 0)
    return error(Code::kInvalid, "this is not a public key");
  return converted;
}

}  // namespace huiyin::crypto
