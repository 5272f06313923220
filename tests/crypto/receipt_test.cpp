#include "shared/crypto/receipt.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "shared/crypto/hash.hpp"

namespace huiyin::crypto {
namespace {

constexpr ReceiptCost kCheap{1, 8192};

std::string text_of(const ReceiptCode& code) { return std::string(code.digits()); }

Salt salt_of(std::uint8_t fill) {
  Salt salt;
  salt.bytes.fill(fill);
  return salt;
}

// ISO/IEC 7064, and IBAN, whose check is the same computation over digits.
TEST(CheckDigits, Known_answers_of_mod_97_10) {
  EXPECT_EQ(check_digits("794"), 44U);
  EXPECT_EQ(check_digits("0"), 98U);
  EXPECT_EQ(check_digits("32142829123456987654321611"), 82U)
      << "GB82 WEST 1234 5698 7654 32, letters as numbers";
}

TEST(ReceiptCode, Generated_codes_pass_their_own_check_and_differ) {
  std::set<std::string> seen;
  std::array<int, 10> digits{};
  for (int i = 0; i < 2000; ++i) {
    const ReceiptCode code = ReceiptCode::generate();
    ASSERT_EQ(code.digits().size(), 20U);
    ASSERT_TRUE(parse_receipt_code(code.digits()).ok());
    seen.insert(text_of(code));
    for (std::size_t k = 0; k < 18; ++k) ++digits[static_cast<std::size_t>(code.digits()[k] - '0')];
  }
  EXPECT_EQ(seen.size(), 2000U);
  for (const int count : digits) EXPECT_NEAR(count, 3600, 400);
}

TEST(ReceiptCode, Shown_form_reads_back) {
  const ReceiptCode code = ReceiptCode::generate();
  EXPECT_EQ(code.grouped().size(), 24U);
  EXPECT_EQ(text_of(*parse_receipt_code(code.grouped())), text_of(code));
  EXPECT_EQ(text_of(*parse_receipt_code("  " + text_of(code).insert(7, "-") + "\n")), text_of(code));
}

TEST(ReceiptCode, One_wrong_digit_or_two_swapped_never_pass) {
  for (int i = 0; i < 100; ++i) {
    const std::string code = text_of(ReceiptCode::generate());
    for (std::size_t at = 0; at < code.size(); ++at) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        std::string wrong = code;
        wrong[at] = digit;
        EXPECT_EQ(parse_receipt_code(wrong).ok(), digit == code[at]) << code << " " << at;
      }
      if (at == 0) continue;
      std::string swapped = code;
      std::swap(swapped[at - 1], swapped[at]);
      EXPECT_EQ(parse_receipt_code(swapped).ok(), swapped == code) << code << " " << at;
    }
  }
}

TEST(ReceiptCode, Anything_else_is_invalid) {
  const std::string code = text_of(ReceiptCode::generate());
  for (const std::string& text : {std::string(), code.substr(1), code + "0", "x" + code.substr(1),
                                  std::string(20, '0'), std::string(100000, '1'), std::string("１２３４")})
    EXPECT_EQ(parse_receipt_code(text).error().code, Code::kInvalid);
}

TEST(DeriveReceipt, Same_code_and_salt_give_the_same_keys_and_another_salt_gives_others) {
  const auto code =
      parse_receipt_code("000000000000000000" + std::to_string(check_digits("000000000000000000")));
  ASSERT_TRUE(code.ok());
  const auto one = derive_receipt(*code, salt_of(1), kCheap);
  const auto again = derive_receipt(*code, salt_of(1), kCheap);
  const auto elsewhere = derive_receipt(*code, salt_of(2), kCheap);
  ASSERT_TRUE(one.ok() && again.ok() && elsewhere.ok());
  EXPECT_EQ(one->sign.public_key(), again->sign.public_key());
  EXPECT_EQ(one->tag, again->tag);
  EXPECT_FALSE(one->sign.public_key() == elsewhere->sign.public_key());
  EXPECT_EQ(one->tag, receipt_tag(one->sign.public_key()));
  EXPECT_EQ(one->open.public_key(), *seal_key_of(one->sign.public_key()));
}

// Kept for ever: a change here would make every receipt in people's hands worthless. The value was
// computed with @noble/hashes and @noble/curves.
TEST(DeriveReceipt, Keys_of_a_code_stay_what_they_are) {
  const auto code =
      parse_receipt_code("1234 5678 9012 3456 78" + std::to_string(check_digits("123456789012345678")));
  ASSERT_TRUE(code.ok());
  const auto keys = derive_receipt(*code, salt_of(7), {3, 65536});
  ASSERT_TRUE(keys.ok());
  EXPECT_EQ(keys->sign.public_key().text(),
            "12689505789808f06dc2a2781d00641c720c1633deeaf761a3a77c668f2e8524");
}

TEST(DeriveReceipt, Cost_outside_the_bounds_is_refused) {
  EXPECT_EQ(derive_receipt(ReceiptCode::generate(), salt_of(1), {0, 0}).error().code, Code::kInvalid);
}

class Reply : public testing::Test {
 protected:
  ReceiptKeys keys_ = derive_receipt(ReceiptCode::generate(), salt_of(1), kCheap).value();
  Bytes aad_ = to_bytes(as_bytes("office and tag"));
};

TEST_F(Reply, Opens_with_its_receipt) {
  for (const std::size_t size : {0U, 1U, 200U, 253U, 254U, 1021U, 1022U, 4000U}) {
    const Bytes body = random_bytes(size);
    const auto sealed = seal_reply(keys_.sign.public_key(), body, aad_);
    ASSERT_TRUE(sealed.ok());
    const std::size_t step = size <= 253 ? 256 : (size <= 1021 ? 1024 : 4096);
    EXPECT_EQ(sealed->size(), step + 48) << size;
    EXPECT_EQ(*open_reply(*sealed, keys_, aad_), body);
  }
}

TEST_F(Reply, Another_receipt_or_place_does_not_open_it) {
  const auto sealed = seal_reply(keys_.sign.public_key(), as_bytes("路灯已修好"), aad_);
  const auto other = derive_receipt(ReceiptCode::generate(), salt_of(1), kCheap);
  EXPECT_EQ(open_reply(*sealed, *other, aad_).error().code, Code::kRefused);
  EXPECT_EQ(open_reply(*sealed, keys_, as_bytes("elsewhere")).error().code, Code::kRefused);
}

TEST_F(Reply, Every_flipped_bit_and_every_cut_is_refused) {
  const Bytes sealed = *seal_reply(keys_.sign.public_key(), as_bytes("路灯已修好"), aad_);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
    ASSERT_FALSE(open_reply(changed, keys_, aad_).ok()) << bit;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    ASSERT_FALSE(open_reply(ByteView(sealed).first(size), keys_, aad_).ok()) << size;
}

TEST_F(Reply, Too_long_a_body_or_a_bad_key_is_told) {
  EXPECT_EQ(seal_reply(keys_.sign.public_key(), random_bytes(4094), aad_).error().code, Code::kTooLarge);
  EXPECT_EQ(seal_reply(PublicKey{}, as_bytes("x"), aad_).error().code, Code::kInvalid);
}

}  // namespace
}  // namespace huiyin::crypto
