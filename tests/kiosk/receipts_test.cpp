#include "kiosk/receipts.hpp"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <thread>

namespace huiyin::kiosk {
namespace {

constexpr crypto::ReceiptCost kCheap{1, crypto::kKdfMemBytesMin};

ReceiptRecipe recipe(std::uint8_t zone, crypto::ReceiptCost cost = kCheap) {
  ReceiptRecipe made{{}, cost};
  made.zone_salt.bytes[0] = zone;
  return made;
}

void wait_ready(const Receipts& receipts, std::size_t count) {
  for (int i = 0; i < 2000 && receipts.ready() < count; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(receipts.ready(), count);
}

TEST(Receipts, Stock_fills_and_gives_each_receipt_once) {
  Receipts receipts(3);
  EXPECT_FALSE(receipts.take()) << "there is no recipe yet";
  receipts.set_recipe(recipe(1));
  std::set<std::string> codes;
  for (int i = 0; i < 9; ++i) {
    if (i % 3 == 0) wait_ready(receipts, 3);
    auto receipt = receipts.take();
    ASSERT_TRUE(receipt) << i;
    codes.insert(std::string(receipt->code.digits()));
    const auto again = crypto::derive_receipt(receipt->code, recipe(1).zone_salt, kCheap);
    EXPECT_EQ(again->tag, receipt->keys.tag);
    if (i % 3 != 2) continue;
  }
  EXPECT_EQ(codes.size(), 9U);
}

TEST(Receipts, Another_recipe_throws_away_what_was_made_before) {
  Receipts receipts(2);
  receipts.set_recipe(recipe(1));
  wait_ready(receipts, 2);
  receipts.set_recipe(recipe(2));
  wait_ready(receipts, 2);
  const auto receipt = receipts.take();
  ASSERT_TRUE(receipt);
  EXPECT_EQ(crypto::derive_receipt(receipt->code, recipe(2).zone_salt, kCheap)->tag, receipt->keys.tag);
}

TEST(Receipts, Cost_that_is_not_allowed_gives_a_reason_and_look_ups_still_run) {
  Receipts receipts(1);
  receipts.set_recipe(recipe(1, {99, crypto::kKdfMemBytesMin}));
  for (int i = 0; i < 2000 && receipts.last_problem().empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_FALSE(receipts.last_problem().empty());
  std::promise<void> ran;
  ASSERT_TRUE(receipts.post([&] { ran.set_value(); }));
  EXPECT_EQ(ran.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(Receipts, Jobs_are_bounded_and_none_is_taken_after_the_end) {
  Receipts receipts(1);
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  std::promise<void> began;
  ASSERT_TRUE(receipts.post([&] {
    began.set_value();
    gate.wait();
  }));
  began.get_future().wait();
  int taken = 0;
  while (taken < 1000 && receipts.post([] {})) ++taken;
  EXPECT_GT(taken, 0);
  EXPECT_LT(taken, 1000);
  go.set_value();
  receipts.stop();
  EXPECT_FALSE(receipts.post([] {}));
}

}  // namespace
}  // namespace huiyin::kiosk
