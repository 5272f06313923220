#include "shared/core/bytes.hpp"

#include <gtest/gtest.h>

#include "shared/core/prng.hpp"

namespace huiyin {
namespace {

TEST(Bytes, Compare_orders_as_a_store_orders) {
  EXPECT_LT(compare(as_bytes("a"), as_bytes("b")), 0);
  EXPECT_LT(compare(as_bytes("a"), as_bytes("ab")), 0);
  EXPECT_GT(compare(as_bytes("\xff"), as_bytes("a")), 0);
  EXPECT_EQ(compare({}, {}), 0);
}

TEST(Bytes, Hex_of_any_bytes_reads_back) {
  Prng random(1);
  for (std::size_t size = 0; size < 40; ++size) {
    const Bytes bytes = random.bytes(size);
    EXPECT_EQ(from_hex(hex(bytes)), bytes);
  }
  EXPECT_EQ(from_hex("aBcD"), (Bytes{0xab, 0xcd}));
  EXPECT_EQ(from_hex("abc"), std::nullopt);
  EXPECT_EQ(from_hex("ag"), std::nullopt);
}

TEST(Bytes, Base32_of_any_bytes_reads_back) {
  Prng random(2);
  for (std::size_t size = 0; size < 40; ++size) {
    const Bytes bytes = random.bytes(size);
    EXPECT_EQ(from_base32(base32(bytes), size), bytes);
  }
}

TEST(Bytes, Base32_reads_what_people_type) {
  EXPECT_EQ(base32(as_bytes("hello")), "D1JPRV3F");
  EXPECT_EQ(from_base32("d1jp-rv3f", 5), to_bytes(as_bytes("hello")));
  EXPECT_EQ(from_base32("D I J P R V 3 F", 5), to_bytes(as_bytes("hello")));
  EXPECT_EQ(from_base32("D1JPRV3", 5), std::nullopt);
  EXPECT_EQ(from_base32("D1JPRV3FF", 5), std::nullopt);
  EXPECT_EQ(from_base32("D1JPRV3U", 5), std::nullopt);
  EXPECT_EQ(from_base32("ZZ", 1), std::nullopt) << "bits beyond the bytes must be zero";
}

TEST(Bytes, Big_endian_numbers_sort_as_numbers) {
  Bytes small;
  Bytes large;
  put_big_endian<std::uint64_t>(small, 255);
  put_big_endian<std::uint64_t>(large, 256);
  EXPECT_LT(compare(small, large), 0);
  EXPECT_EQ(get_big_endian<std::uint64_t>(large), 256U);
  EXPECT_EQ(get_big_endian<std::uint16_t>(Bytes{0x12, 0x34}), 0x1234);
}

}  // namespace
}  // namespace huiyin
