#include "shared/crypto/hash.hpp"

#include <gtest/gtest.h>

#include <set>

#include "shared/crypto/secret.hpp"

namespace huiyin::crypto {
namespace {

// hashlib of Python gives the same values.
TEST(Hash, Known_answers_of_blake2b) {
  EXPECT_EQ(hash_port().blake2b({}).text(),
            "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  EXPECT_EQ(hash_port().blake2b({as_bytes("abc")}).text(),
            "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  EXPECT_EQ(hex(blake2b_128({as_bytes("abc")})), "cf4ab791c62b8d2b2109c90275287816");
}

TEST(Hash, Known_answer_of_keyed_blake2b) {
  EXPECT_EQ(blake2b_keyed(as_bytes("0123456789abcdef"), {as_bytes("abc")}).text(),
            "66b4857d42c644c61fca8c0bcea243e0e75088582c7964bbac6b92c02381d9c7");
}

// FIPS 180-4.
TEST(Hash, Known_answers_of_sha256) {
  EXPECT_EQ(hash_port().sha256({}).text(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash_port().sha256({as_bytes("abc")}).text(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash, Parts_are_taken_one_after_another) {
  EXPECT_EQ(hash_port().blake2b({as_bytes("a"), {}, as_bytes("bc")}), hash_port().blake2b({as_bytes("abc")}));
  EXPECT_EQ(hash_port().sha256({as_bytes("ab"), as_bytes("c")}), hash_port().sha256({as_bytes("abc")}));
}

TEST(Hash, Receipt_is_found_by_the_first_half_of_the_hash_of_its_key) {
  const PublicKey key = random_id<PublicKey>();
  EXPECT_EQ(receipt_tag(key).text(), hash_port().blake2b({key.view()}).text().substr(0, 32));
}

TEST(Random, Ids_and_bytes_are_not_repeated) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random_id<EpochId>().text());
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_EQ(random_bytes(33).size(), 33U);
  EXPECT_NE(random_bytes(33), random_bytes(33));
}

TEST(Secret, Moved_secret_is_in_one_place) {
  Secret one = Secret::copy_of(as_bytes("hush"));
  Secret two = std::move(one);
  EXPECT_EQ(as_text(two.view()), "hush");
  EXPECT_EQ(one.size(), 0U);  // NOLINT: looking at what was moved from is the point
  wipe(two.span());
  EXPECT_EQ(to_bytes(two.view()), Bytes(4, 0));
}

TEST(Secret, Comparison_tells_equal_from_different) {
  EXPECT_TRUE(equal_in_constant_time(as_bytes("abc"), as_bytes("abc")));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("abc"), as_bytes("ab")));
}

}  // namespace
}  // namespace huiyin::crypto
