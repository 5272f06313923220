#pragma once
/// Hashing, verifying and signing as arguments: libsodium natively (shared/crypto),
/// @noble in a browser, the same results everywhere. Pure code takes these and nothing else.

#include <initializer_list>

#include "shared/core/ids.hpp"

namespace huiyin {

class HashPort {
 public:
  virtual ~HashPort() = default;
  /// BLAKE2b-256 over the parts one after another.
  [[nodiscard]] virtual Hash blake2b(std::initializer_list<ByteView> parts) const = 0;
  /// SHA-256, for the Merkle tree (RFC 9162), so that others' tools can check it.
  [[nodiscard]] virtual Hash sha256(std::initializer_list<ByteView> parts) const = 0;
  /// Ed25519 over the parts one after another.
  [[nodiscard]] virtual bool verify(const PublicKey& key, std::initializer_list<ByteView> parts,
                                    const Signature& signature) const = 0;
};

/// One Ed25519 key pair whose secret half stays inside.
class SignPort {
 public:
  virtual ~SignPort() = default;
  [[nodiscard]] virtual const PublicKey& public_key() const = 0;
  [[nodiscard]] virtual Signature sign(std::initializer_list<ByteView> parts) const = 0;
};

/// Every signature begins with one of these and then the office id; a test asserts that no
/// two contexts verify each other.
namespace context {
inline constexpr std::string_view kHead = "huiyin/head/1";
inline constexpr std::string_view kHello = "huiyin/hello/1";
inline constexpr std::string_view kEnrol = "huiyin/enrol/1";
inline constexpr std::string_view kAck = "huiyin/ack/1";
inline constexpr std::string_view kReply = "huiyin/reply/1";
inline constexpr std::string_view kBucket = "huiyin/bucket/1";
inline constexpr std::string_view kKeyRing = "huiyin/ring/1";
inline constexpr std::string_view kRating = "huiyin/rating/1";
}  // namespace context

}  // namespace huiyin
