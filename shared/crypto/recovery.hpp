#pragma once
/// The way back to the office's keys when the machine or the passphrase is lost: a code on paper
/// and a text file kept outside the data folder. The file needs no secret to be added to, the code
/// and the file together give every secret back.
///
///   huiyin-recovery-1
///   salt <hex>
///   cost <ops> <bytes>
///   key <hex>                      the X25519 key the secrets are sealed to
///   secret <name> <hex>            one line each
///   check <hex>                    over everything before

#include <string>
#include <string_view>
#include <vector>

#include "shared/core/ids.hpp"
#include "shared/core/result.hpp"
#include "shared/crypto/keys.hpp"
#include "shared/crypto/passphrase.hpp"

namespace huiyin::crypto {

/// 128 random bits, written as 26 Crockford base32 characters.
class RecoveryCode {
 public:
  [[nodiscard]] static RecoveryCode generate();
  /// What a person typed: case, blanks and hyphens do not matter. kInvalid otherwise.
  [[nodiscard]] static Result<RecoveryCode> parse(std::string_view text);
  /// In groups: "ABCDE-FGHJK-MNPQR-STVWX-YZ0123".
  [[nodiscard]] std::string text() const;
  [[nodiscard]] ByteView view() const { return bytes_.view(); }

 private:
  explicit RecoveryCode(Secret bytes) : bytes_(std::move(bytes)) {}
  Secret bytes_;
};

constexpr std::size_t kRecoverySecretsMax = 256;
constexpr std::size_t kRecoverySecretBytesMax = 4096;
constexpr std::size_t kRecoveryNameBytesMax = 64;

struct NamedSecret {
  std::string name;
  Secret secret;
};

class RecoveryFile {
 public:
  /// A file without secrets; the code is needed for this once.
  [[nodiscard]] static Result<RecoveryFile> make(const RecoveryCode& code, const KdfCost& cost = {});
  /// kDamaged when the text is not as it was written, kUnsupported for another version.
  [[nodiscard]] static Result<RecoveryFile> parse(std::string_view text);
  [[nodiscard]] std::string text() const;

  /// `name`: letters, digits, hyphens, 1..64, each once (kConflict). Needs no code.
  [[nodiscard]] Status add(std::string_view name, ByteView secret);
  [[nodiscard]] std::vector<std::string> names() const;

  /// kRefused: the code is wrong. kDamaged: a line was exchanged or cut.
  [[nodiscard]] Result<std::vector<NamedSecret>> recover(const RecoveryCode& code) const;

 private:
  struct Sealed {
    std::string name;
    Bytes sealed;
  };
  RecoveryFile() = default;
  [[nodiscard]] Result<SealKeyPair> pair_of(const RecoveryCode& code) const;
  [[nodiscard]] std::string text_before_check() const;
  [[nodiscard]] Status take_line(std::string_view line);

  Salt salt_;
  KdfCost cost_;
  SealKey key_;
  std::vector<Sealed> secrets_;
};

/// The proof that recovering works, before anything depends on it: reads `text` as if it were all
/// that is left and compares every secret. kRefused or kDamaged as recover(); kConflict when a
/// secret is missing, another or one too many.
[[nodiscard]] Status trial_recovery(std::string_view text, std::string_view code,
                                    const std::vector<NamedSecret>& expected);

}  // namespace huiyin::crypto
