#include "shared/crypto/passphrase.hpp"

#include <gtest/gtest.h>

namespace huiyin::crypto {
namespace {

constexpr KdfCost kCheap{1, 8192};

TEST(WrapSecret, Right_passphrase_gives_the_secret_back) {
  const Secret secret = Secret::random(32);
  const auto line = wrap_secret(secret.view(), "correct horse", kCheap);
  ASSERT_TRUE(line.ok());
  const auto opened = unwrap_secret(*line + "\n", "correct horse");
  ASSERT_TRUE(opened.ok()) << opened.error().text();
  EXPECT_EQ(to_bytes(opened->view()), to_bytes(secret.view()));
}

TEST(WrapSecret, Wrong_passphrase_is_refused_and_not_called_damage) {
  const auto line = wrap_secret(random_bytes(32), "correct horse", kCheap);
  EXPECT_EQ(unwrap_secret(*line, "correct horsE").error().code, Code::kRefused);
  EXPECT_EQ(unwrap_secret(*line, "").error().code, Code::kRefused);
}

TEST(WrapSecret, Every_changed_character_is_damage_and_not_called_a_wrong_passphrase) {
  const std::string line = *wrap_secret(random_bytes(32), "correct horse", kCheap);
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string changed = line;
    changed[i] = changed[i] == '7' ? '8' : '7';
    const auto opened = unwrap_secret(changed, "correct horse");
    ASSERT_FALSE(opened.ok()) << i;
    const bool version = i == std::string("huiyin-key-").size();
    EXPECT_EQ(opened.error().code, version ? Code::kUnsupported : Code::kDamaged) << i;
  }
  for (std::size_t size = 0; size < line.size(); ++size)
    EXPECT_FALSE(unwrap_secret(line.substr(0, size), "correct horse").ok()) << size;
}

TEST(WrapSecret, Same_secret_and_passphrase_never_give_the_same_line) {
  const Bytes secret = random_bytes(32);
  EXPECT_NE(*wrap_secret(secret, "p", kCheap), *wrap_secret(secret, "p", kCheap));
}

TEST(Stretch, Depends_on_input_salt_and_cost_alone) {
  const Salt salt = random_id<Salt>();
  const auto one = stretch(as_bytes("input"), salt, kCheap);
  EXPECT_EQ(to_bytes(one->view()), to_bytes(stretch(as_bytes("input"), salt, kCheap)->view()));
  EXPECT_NE(to_bytes(one->view()), to_bytes(stretch(as_bytes("inpuT"), salt, kCheap)->view()));
  EXPECT_NE(to_bytes(one->view()), to_bytes(stretch(as_bytes("input"), random_id<Salt>(), kCheap)->view()));
  EXPECT_NE(to_bytes(one->view()), to_bytes(stretch(as_bytes("input"), salt, {2, 8192})->view()));
}

TEST(Stretch, Cost_outside_the_bounds_is_refused_before_memory_is_spent) {
  for (const KdfCost& cost : {KdfCost{0, 8192}, KdfCost{kKdfOpsMax + 1, 8192}, KdfCost{1, 8191},
                              KdfCost{1, kKdfMemBytesMax + 1}, KdfCost{UINT64_MAX, SIZE_MAX}})
    EXPECT_EQ(stretch(as_bytes("input"), Salt{}, cost).error().code, Code::kInvalid);
}

TEST(Password, Right_one_verifies_and_no_other) {
  const auto line = hash_password("secret", kCheap);
  ASSERT_TRUE(line.ok());
  EXPECT_TRUE(verify_password(*line, "secret"));
  EXPECT_FALSE(verify_password(*line, "Secret"));
  EXPECT_FALSE(verify_password(*line, ""));
  EXPECT_FALSE(verify_password("", "secret"));
  EXPECT_FALSE(verify_password("not a line", "secret"));
  EXPECT_NE(*line, *hash_password("secret", kCheap)) << "each line has its own salt";
}

TEST(Password, Line_made_with_another_cost_wants_a_new_hash) {
  const std::string line = *hash_password("secret", kCheap);
  EXPECT_FALSE(needs_new_hash(line, kCheap));
  EXPECT_TRUE(needs_new_hash(line, {2, 8192}));
  EXPECT_TRUE(needs_new_hash("not a line", kCheap));
  EXPECT_EQ(hash_password("secret", {0, 0}).error().code, Code::kInvalid);
}

}  // namespace
}  // namespace huiyin::crypto
