#include "shared/core/bounded_queue.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace huiyin {
namespace {

TEST(BoundedQueue, Items_come_out_in_the_order_they_went_in) {
  BoundedQueue<int> queue(3, 100);
  EXPECT_TRUE(queue.push(1, 10));
  EXPECT_TRUE(queue.push(2, 10));
  EXPECT_EQ(queue.front(), 1);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, Full_by_count_takes_nothing) {
  BoundedQueue<int> queue(2, 100);
  EXPECT_TRUE(queue.push(1, 1));
  EXPECT_TRUE(queue.push(2, 1));
  EXPECT_FALSE(queue.push(3, 1));
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.bytes(), 2U);
}

TEST(BoundedQueue, Full_by_bytes_takes_again_after_a_pop) {
  BoundedQueue<int> queue(10, 100);
  EXPECT_TRUE(queue.push(1, 60));
  EXPECT_FALSE(queue.push(2, 41));
  EXPECT_TRUE(queue.push(3, 40));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_TRUE(queue.push(4, 60));
  EXPECT_FALSE(queue.push(5, SIZE_MAX));
}

TEST(BoundedQueue, Refused_item_stays_with_the_caller) {
  BoundedQueue<std::unique_ptr<int>> queue(0, 100);
  auto item = std::make_unique<int>(7);
  EXPECT_FALSE(queue.push(std::move(item), 1));
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(*item, 7);
}

TEST(BoundedQueue, Clear_gives_all_room_back) {
  BoundedQueue<int> queue(1, 10);
  EXPECT_TRUE(queue.push(1, 10));
  queue.clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.push(2, 10));
}

}  // namespace
}  // namespace huiyin
