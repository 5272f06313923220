#include "shared/log/merkle.hpp"

#include "tests/log/world.hpp"

namespace huiyin::log::testing {
namespace {

/// RFC 9162, 2.1.1, word by word.
Hash tree_hash(const std::vector<Hash>& leaves, std::size_t first, std::size_t count) {
  const std::uint8_t leaf[1] = {0};
  const std::uint8_t node[1] = {1};
  if (count == 0) return hashes().sha256({});
  if (count == 1) return hashes().sha256({leaf, leaves[first].view()});
  std::size_t k = 1;
  while (k * 2 < count) k *= 2;
  return hashes().sha256(
      {node, tree_hash(leaves, first, k).view(), tree_hash(leaves, first + k, count - k).view()});
}

TEST(MerkleFrontier, Root_is_that_of_RFC_9162_for_every_size) {
  std::vector<Hash> leaves;
  MerkleFrontier tree;
  for (std::size_t size = 0; size <= 130; ++size) {
    ASSERT_EQ(tree.root(hashes()), tree_hash(leaves, 0, size)) << size;
    ASSERT_EQ(tree.size(), size);
    const MerkleFrontier reread(tree.size(), tree.subtrees());
    ASSERT_EQ(reread.root(hashes()), tree.root(hashes()));
    leaves.push_back(id_named<Hash>("leaf " + std::to_string(size)));
    tree.append(hashes(), leaves.back());
  }
}

TEST(MerkleFrontier, Empty_tree_is_the_hash_of_nothing) {
  EXPECT_EQ(MerkleFrontier().root(hashes()).text(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Tables, Keys_sort_as_their_numbers) {
  EXPECT_LT(compare(key_of(255), key_of(256)), 0);
  EXPECT_LT(compare(key_of(1), key_of(UINT64_MAX)), 0);
}

TEST(Streams, Keys_have_33_bytes_and_kinds_keep_apart) {
  const DeviceId device = id_named<DeviceId>("x");
  EXPECT_EQ(office_stream().bytes().size(), 33U);
  EXPECT_EQ(record_stream(device, {}, {}).bytes().size(), 33U);
  EXPECT_FALSE(equal(device_stream(device).bytes(), record_stream(device, {}, {}).bytes()));
  EXPECT_FALSE(equal(person_stream(hashes(), "li").bytes(), person_stream(hashes(), "wang").bytes()));
  EXPECT_FALSE(equal(case_stream(id_named<CaseId>("c")).bytes(), code_stream(id_named<CodeId>("c")).bytes()));
}

}  // namespace
}  // namespace huiyin::log::testing
