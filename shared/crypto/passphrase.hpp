#pragma once
/// Secrets behind something a person knows: stretching (Argon2id), wrapping a key with a
/// passphrase, and passwords of accounts and staff PINs.

#include <string>
#include <string_view>

#include "shared/core/ids.hpp"
#include "shared/core/result.hpp"
#include "shared/crypto/secret.hpp"

namespace huiyin::crypto {

/// What one guess costs. Tests use {1, 8192}.
struct KdfCost {
  std::uint64_t ops = 3;
  std::size_t mem_bytes = std::size_t{64} * 1024 * 1024;
  friend bool operator==(const KdfCost&, const KdfCost&) = default;
};
/// Costs read from a file or from a peer are refused outside these.
constexpr std::uint64_t kKdfOpsMax = 16;
constexpr std::size_t kKdfMemBytesMin = 8192;
constexpr std::size_t kKdfMemBytesMax = std::size_t{1024} * 1024 * 1024;
[[nodiscard]] bool is_allowed(const KdfCost& cost);

/// 32 bytes by Argon2id13. kInvalid for a cost outside the bounds, kBusy when memory is short.
[[nodiscard]] Result<Secret> stretch(ByteView input, const Salt& salt, const KdfCost& cost);

/// One line of text that holds a 32-byte secret; the passphrase opens it.
[[nodiscard]] Result<std::string> wrap_secret(ByteView secret, std::string_view passphrase,
                                              const KdfCost& cost = {});
/// kRefused: the passphrase is wrong. kDamaged: the line is not as it was written, whatever the
/// passphrase. kUnsupported: a newer program wrote it.
[[nodiscard]] Result<Secret> unwrap_secret(std::string_view line, std::string_view passphrase);

/// A line for the account's entry: salt, cost and hash (Argon2id).
[[nodiscard]] Result<std::string> hash_password(std::string_view password, const KdfCost& cost = {});
/// Takes as long for a wrong password as for the right one; false for a line that is not one.
[[nodiscard]] bool verify_password(const std::string& line, std::string_view password);
/// True when the line was made with another cost, so that it is made anew at the next sign-in.
[[nodiscard]] bool needs_new_hash(const std::string& line, const KdfCost& cost);
/// Takes the time of verify_password() for an account that does not exist.
void spend_verify_time(const KdfCost& cost);

}  // namespace huiyin::crypto
