#include "shared/crypto/receipt.hpp"

#include <algorithm>

#include "shared/crypto/hash.hpp"
#include "shared/crypto/plain_box.hpp"
#include "shared/crypto/sodium.hpp"

namespace huiyin::crypto {

namespace {

constexpr std::string_view kReceiptContext = "huiyin/receipt/1";
constexpr std::string_view kReplySealContext = "huiyin/reply-seal/1";
constexpr std::uint8_t kReplyKind = 0;
constexpr std::size_t kRandomDigits = ReceiptCode::kDigits - 2;

unsigned remainder_97(std::string_view digits) {
  unsigned remainder = 0;
  for (const char digit : digits) remainder = (remainder * 10 + static_cast<unsigned>(digit - '0')) % 97;
  return remainder;
}

}  // namespace

unsigned check_digits(std::string_view digits) { return 98 - remainder_97(digits) * 100 % 97; }

ReceiptCode ReceiptCode::generate() {
  sodium_ready();
  Secret digits(kDigits);
  for (std::size_t i = 0; i < kRandomDigits; ++i)
    digits.data()[i] = static_cast<std::uint8_t>('0' + randombytes_uniform(10));
  const unsigned check = check_digits(as_text(digits.view().first(kRandomDigits)));
  digits.data()[kRandomDigits] = static_cast<std::uint8_t>('0' + check / 10);
  digits.data()[kRandomDigits + 1] = static_cast<std::uint8_t>('0' + check % 10);
  return ReceiptCode(std::move(digits));
}

std::string ReceiptCode::grouped() const {
  std::string text;
  for (std::size_t i = 0; i < kDigits; ++i) {
    if (i > 0 && i % 4 == 0) text.push_back(' ');
    text.push_back(digits()[i]);
  }
  return text;
}

Result<ReceiptCode> parse_receipt_code(std::string_view text) {
  const Error invalid = error(Code::kInvalid, "this is not a receipt number", {}, "please check the number");
  Secret digits(ReceiptCode::kDigits);
  std::size_t count = 0;
  for (const char c : text) {
    if (c == ' ' || c == '-' || c == '\t' || c == '\n' || c == '\r') continue;
    if (c < '0' || c > '9' || count == ReceiptCode::kDigits) return invalid;
    digits.data()[count++] = static_cast<std::uint8_t>(c);
  }
  const std::string_view all = as_text(digits.view());
  if (count != ReceiptCode::kDigits || remainder_97(all) != 1) return invalid;
  return ReceiptCode(std::move(digits));
}

Result<ReceiptKeys> derive_receipt(const ReceiptCode& code, const Salt& zone_salt, const ReceiptCost& cost) {
  const auto stretched = stretch(as_bytes(code.digits()), zone_salt, cost);
  if (!stretched.ok()) return stretched.error();
  Hash seed = hash_port().blake2b({stretched->view(), as_bytes(kReceiptContext)});
  auto sign = KeyPair::from_seed(seed.view());
  wipe(seed.bytes);
  SealKeyPair open = SealKeyPair::from_signing(*sign);
  const ReceiptTag tag = receipt_tag(sign->public_key());
  return ReceiptKeys{std::move(*sign), std::move(open), tag};
}

Result<Bytes> seal_reply(const PublicKey& receipt_key, ByteView body, ByteView aad) {
  const auto recipient = seal_key_of(receipt_key);
  if (!recipient.ok()) return recipient.error();
  auto packed = box::pack(body, kReplyLadder);
  if (!packed.ok()) return packed.error();
  const SealKeyPair ephemeral = SealKeyPair::generate();
  const auto key =
      box::agree(kReplySealContext, kReplyKind, ephemeral, *recipient, ephemeral.public_key(), *recipient);
  if (!key.ok()) return key.error();
  Bytes sealed = to_bytes(ephemeral.public_key().view());
  append(sealed, box::encrypt(*key, *packed, aad));
  wipe(*packed);
  return sealed;
}

Result<Bytes> open_reply(ByteView sealed, const ReceiptKeys& receipt, ByteView aad) {
  const auto ephemeral = SealKey::from(sealed.first(std::min(sealed.size(), SealKey::kSize)));
  if (!ephemeral) return error(Code::kMalformed, "the reply is too short");
  const auto key = box::agree(kReplySealContext, kReplyKind, receipt.open, *ephemeral, *ephemeral,
                              receipt.open.public_key());
  if (!key.ok()) return key.error();
  auto packed = box::decrypt(*key, sealed.subspan(SealKey::kSize), aad);
  if (!packed.ok()) return packed.error();
  auto body = box::unpack(*packed, kReplyLadder);
  wipe(*packed);
  return body;
}

}  // namespace huiyin::crypto
