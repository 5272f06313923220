#include "shared/core/memory_store.hpp"

#include <gtest/gtest.h>

namespace huiyin {
namespace {

Status put(Store& store, std::string_view key, std::string_view value) {
  return store.write([&](StoreWriter& tx) { return tx.put(0, as_bytes(key), as_bytes(value)); });
}

std::optional<std::string> get(Store& store, std::string_view key) {
  std::optional<std::string> found;
  const Status status = store.read([&](StoreReader& tx) -> Status {
    const auto value = tx.get(0, as_bytes(key));
    if (!value.ok()) return value.error();
    if (*value) found = to_string(**value);
    return {};
  });
  EXPECT_TRUE(status.ok());
  return found;
}

TEST(MemoryStore, Ordered_failure_hits_each_operation_in_turn_and_leaves_nothing_behind) {
  const auto work = [](StoreWriter& tx) -> Status {
    HUIYIN_TRY(tx.put(0, as_bytes("new"), as_bytes("1")));
    HUIYIN_TRY(tx.put(0, as_bytes("old"), as_bytes("changed")));
    HUIYIN_TRY(tx.get(0, as_bytes("new")));
    HUIYIN_TRY(tx.scan(0, {}, [](ByteView, ByteView) { return true; }));
    HUIYIN_TRY(tx.last(0));
    HUIYIN_TRY(tx.erase(0, as_bytes("gone")));
    return tx.clear(1);
  };
  std::uint64_t n = 1;
  for (;; ++n) {
    MemoryStore store;
    ASSERT_TRUE(put(store, "old", "a").ok());
    ASSERT_TRUE(put(store, "gone", "b").ok());
    const auto before = store.copy();
    const std::size_t used_before = store.used_bytes();
    store.fail_nth(n, n % 2 == 0 ? Code::kStorageFull : Code::kStorage);
    const Status status = store.write(work);
    if (status.ok()) {
      EXPECT_TRUE(store.failure_is_pending());
      EXPECT_FALSE(store.same_contents(*before));
      break;
    }
    EXPECT_EQ(status.error().code, n % 2 == 0 ? Code::kStorageFull : Code::kStorage);
    EXPECT_TRUE(store.same_contents(*before)) << "operation " << n;
    EXPECT_EQ(store.used_bytes(), used_before);
    EXPECT_TRUE(store.write(work).ok()) << "the failure happens once";
  }
  EXPECT_EQ(n, 9U) << "seven operations and the commit fail, the ninth never comes";
}

TEST(MemoryStore, Capacity_refuses_growth_and_lets_erasing_make_room) {
  MemoryStore store;
  store.set_capacity(2 * (2 + MemoryStore::kEntryOverheadBytes));
  EXPECT_TRUE(put(store, "a", "1").ok());
  EXPECT_TRUE(put(store, "b", "2").ok());
  EXPECT_EQ(put(store, "c", "3").error().code, Code::kStorageFull);
  EXPECT_EQ(put(store, "b", "22").error().code, Code::kStorageFull);
  EXPECT_EQ(get(store, "b"), "2");
  EXPECT_TRUE(store.write([](StoreWriter& tx) { return tx.erase(0, as_bytes("a")); }).ok());
  EXPECT_TRUE(put(store, "c", "3").ok());
}

TEST(MemoryStore, Copy_is_another_disk) {
  MemoryStore store;
  ASSERT_TRUE(put(store, "a", "1").ok());
  const auto twin = store.copy();
  ASSERT_TRUE(put(store, "a", "2").ok());
  EXPECT_EQ(get(*twin, "a"), "1");
  EXPECT_EQ(get(store, "a"), "2");
  EXPECT_EQ(twin->used_bytes(), store.used_bytes());
}

TEST(MemoryStoreDeathTest, Store_called_from_inside_its_own_transaction_stops_the_program) {
  MemoryStore store;
  EXPECT_DEATH(
      {
        const Status status = store.read([&](StoreReader&) { return put(store, "a", "1"); });
        std::exit(status.ok() ? 0 : 1);
      },
      "broken promise");
}

}  // namespace
}  // namespace huiyin
