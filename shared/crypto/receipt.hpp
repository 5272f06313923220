#pragma once
/// The receipt a resident takes away (design of records, section 4): twenty digits that are a key.

#include <array>
#include <string>
#include <string_view>

#include "shared/core/ids.hpp"
#include "shared/core/result.hpp"
#include "shared/crypto/keys.hpp"
#include "shared/crypto/passphrase.hpp"

namespace huiyin::crypto {

/// 18 random digits and 2 check digits (ISO 7064 mod 97-10). A secret: wiped, never logged,
/// never on a disk of ours.
class ReceiptCode {
 public:
  static constexpr std::size_t kDigits = 20;

  [[nodiscard]] static ReceiptCode generate();
  ReceiptCode(ReceiptCode&&) = default;
  ReceiptCode& operator=(ReceiptCode&&) = default;

  /// Lives as long as the code does.
  [[nodiscard]] std::string_view digits() const { return as_text(digits_.view()); }
  /// "1234 5678 9012 3456 7890", as it is shown.
  [[nodiscard]] std::string grouped() const;

 private:
  friend Result<ReceiptCode> parse_receipt_code(std::string_view text);
  explicit ReceiptCode(Secret digits) : digits_(std::move(digits)) {}
  Secret digits_;
};

/// What a person typed or a QR code says: blanks and hyphens are skipped. kInvalid, before any
/// costly step, when digits are missing, too many or do not agree with the check digits.
[[nodiscard]] Result<ReceiptCode> parse_receipt_code(std::string_view text);

/// The two check digits that follow `digits` (0..9 as characters), 02..98.
[[nodiscard]] unsigned check_digits(std::string_view digits);

/// What the code is worth: signs a rating, a reopening or a withdrawal, and opens replies.
struct ReceiptKeys {
  KeyPair sign;
  SealKeyPair open;
  ReceiptTag tag;
};

/// Costly on purpose (0.1 to 1 s with kReceiptCost): not on an I/O thread.
/// kBusy when there is no memory for it.
constexpr KdfCost kReceiptCost{3, std::size_t{64} * 1024 * 1024};
using ReceiptCost = KdfCost;
[[nodiscard]] Result<ReceiptKeys> derive_receipt(const ReceiptCode& code, const Salt& zone_salt,
                                                 const ReceiptCost& cost = kReceiptCost);

/// Sizes of a packed reply before encryption; sealed it has 48 bytes more.
constexpr std::array<std::size_t, 3> kReplyLadder{256, 1024, 4096};

/// ephemeral key 32 ‖ ciphertext. kTooLarge above the ladder, kInvalid for a bad key.
[[nodiscard]] Result<Bytes> seal_reply(const PublicKey& receipt_key, ByteView body, ByteView aad);
/// kRefused when the receipt, the associated data or the bytes are not those of the sealing.
[[nodiscard]] Result<Bytes> open_reply(ByteView sealed, const ReceiptKeys& receipt, ByteView aad);

}  // namespace huiyin::crypto
