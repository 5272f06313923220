#include "shared/crypto/keys.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>

#include "shared/crypto/hash.hpp"

namespace huiyin::crypto {
namespace {

struct Rfc8032 {
  const char* seed;
  const char* key;
  const char* message;
  const char* signature;
};
// RFC 8032, section 7.1, tests 1 to 3.
constexpr Rfc8032 kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f"
     "0595bbe246"
     "55141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2ea"
     "eb4302aeeb"
     "00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e"
     "9716ed28dc"
     "027beceea1ec40a"},
};

TEST(KeyPair, Known_answers_of_rfc_8032) {
  for (const Rfc8032& vector : kVectors) {
    const auto pair = KeyPair::from_seed(*from_hex(vector.seed));
    ASSERT_TRUE(pair.ok());
    EXPECT_EQ(pair->public_key().text(), vector.key);
    const Bytes message = *from_hex(vector.message);
    const Signature signature = pair->sign({message});
    EXPECT_EQ(signature.text(), vector.signature);
    EXPECT_TRUE(hash_port().verify(pair->public_key(), {message}, signature));
  }
}

TEST(KeyPair, Seed_gives_the_pair_again) {
  const KeyPair pair = KeyPair::generate();
  EXPECT_EQ(KeyPair::from_seed(pair.seed())->public_key(), pair.public_key());
  EXPECT_FALSE(KeyPair::generate().public_key() == pair.public_key());
  EXPECT_EQ(KeyPair::from_seed(Bytes(31)).error().code, Code::kMalformed);
}

TEST(KeyPair, Anything_changed_does_not_verify) {
  const KeyPair pair = KeyPair::generate();
  const Bytes message = random_bytes(40);
  const Signature signature = pair.sign({message});
  ASSERT_TRUE(hash_port().verify(pair.public_key(),
                                 {ByteView(message).first(7), ByteView(message).subspan(7)}, signature));
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    Bytes changed = message;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
    EXPECT_FALSE(hash_port().verify(pair.public_key(), {changed}, signature));
  }
  for (std::size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
    Signature changed = signature;
    changed.bytes[bit / 8] = static_cast<std::uint8_t>(changed.bytes[bit / 8] ^ (1U << bit % 8));
    EXPECT_FALSE(hash_port().verify(pair.public_key(), {message}, changed));
  }
  EXPECT_FALSE(hash_port().verify(KeyPair::generate().public_key(), {message}, signature));
  EXPECT_FALSE(hash_port().verify(PublicKey{}, {message}, signature));
}

/// Every context of the port, read from the file itself so that a new one cannot be forgotten.
std::vector<std::string> contexts_of_the_port() {
  std::ifstream file(HUIYIN_SOURCE_DIR "/shared/core/crypto_port.hpp");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::regex pattern("std::string_view k[A-Za-z]+ = \"([^\"]+)\"");
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at)
    found.push_back((*at)[1]);
  return found;
}

TEST(Contexts, No_two_verify_each_other) {
  const std::vector<std::string> contexts = contexts_of_the_port();
  ASSERT_GE(contexts.size(), 8U);
  const KeyPair pair = KeyPair::generate();
  const OfficeId office = random_id<OfficeId>();
  const Bytes rest = random_bytes(60);
  for (const std::string& signed_as : contexts) {
    EXPECT_EQ(signed_as.substr(0, 7), "huiyin/");
    const Signature signature = pair.sign({as_bytes(signed_as), office.view(), rest});
    for (const std::string& read_as : contexts) {
      const bool verified =
          hash_port().verify(pair.public_key(), {as_bytes(read_as), office.view(), rest}, signature);
      EXPECT_EQ(verified, signed_as == read_as) << signed_as << " read as " << read_as;
    }
  }
}

// One that begins another could be made to sign for it by choosing what follows.
TEST(Contexts, None_begins_another) {
  const std::vector<std::string> contexts = contexts_of_the_port();
  for (std::size_t i = 0; i < contexts.size(); ++i)
    for (std::size_t k = 0; k < contexts.size(); ++k)
      EXPECT_TRUE(i == k || contexts[i].rfind(contexts[k], 0) != 0) << contexts[i] << " and " << contexts[k];
}

// RFC 7748, section 6.1.
TEST(SealKeyPair, Known_answers_of_rfc_7748) {
  const auto bob =
      SealKeyPair::from_secret(*from_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  EXPECT_EQ(bob->public_key().text(), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
}

TEST(SealKeyPair, Secret_gives_the_pair_again) {
  const SealKeyPair pair = SealKeyPair::generate();
  EXPECT_EQ(SealKeyPair::from_secret(pair.secret())->public_key(), pair.public_key());
  EXPECT_EQ(SealKeyPair::from_secret(Bytes(33)).error().code, Code::kMalformed);
}

TEST(SealKeyPair, Signing_pair_converts_to_the_key_others_seal_to) {
  const KeyPair pair = KeyPair::generate();
  const auto converted = seal_key_of(pair.public_key());
  ASSERT_TRUE(converted.ok());
  EXPECT_EQ(SealKeyPair::from_signing(pair).public_key(), *converted);
  EXPECT_EQ(seal_key_of(PublicKey{}).error().code, Code::kInvalid);
}

}  // namespace
}  // namespace huiyin::crypto
