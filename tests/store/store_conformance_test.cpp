// Every promise of shared/core/store.hpp, for every store.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "shared/core/memory_store.hpp"
#include "shared/core/prng.hpp"
#include "shared/store/lmdb_store.hpp"
#include "tests/store/test_folder.hpp"

namespace huiyin {
namespace {

using Entries = std::vector<std::pair<Bytes, Bytes>>;

Bytes bytes(std::string_view text) { return to_bytes(as_bytes(text)); }

Result<Entries> entries_of(StoreReader& tx, Table table, ByteView from = {}) {
  Entries found;
  HUIYIN_TRY(tx.scan(table, from, [&](ByteView key, ByteView value) {
    found.emplace_back(to_bytes(key), to_bytes(value));
    return true;
  }));
  return found;
}

enum class Kind { kMemory, kLmdb };

class StoreConformance : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { store_ = make("store"); }

  std::unique_ptr<Store> make(const std::string& name) {
    if (GetParam() == Kind::kMemory) return std::make_unique<MemoryStore>();
    auto opened = store::open_lmdb_store(folder_.file(name), {.map_bytes = 64 << 20});
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    return std::move(*opened);
  }
  Status put(Table table, std::string_view key, std::string_view value) {
    return store_->write([&](StoreWriter& tx) { return tx.put(table, as_bytes(key), as_bytes(value)); });
  }
  Entries contents(Table table, ByteView from = {}) {
    Entries found;
    const Status status = store_->read([&](StoreReader& tx) -> Status {
      auto entries = entries_of(tx, table, from);
      if (!entries.ok()) return entries.error();
      found = std::move(*entries);
      return {};
    });
    EXPECT_TRUE(status.ok()) << status.error().text();
    return found;
  }

  TestFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreConformance, Get_finds_what_was_put_and_nothing_else) {
  ASSERT_TRUE(put(3, "key", "value").ok());
  const Status status = store_->read([&](StoreReader& tx) -> Status {
    const auto there = tx.get(3, as_bytes("key"));
    EXPECT_TRUE(there.ok() && there->has_value() && as_text(**there) == "value");
    const auto absent = tx.get(3, as_bytes("ke"));
    EXPECT_TRUE(absent.ok() && !absent->has_value());
    const auto other_table = tx.get(4, as_bytes("key"));
    EXPECT_TRUE(other_table.ok() && !other_table->has_value());
    return {};
  });
  EXPECT_TRUE(status.ok());
}

TEST_P(StoreConformance, Empty_value_is_there_and_empty) {
  ASSERT_TRUE(put(0, "key", "").ok());
  EXPECT_EQ(contents(0), (Entries{{bytes("key"), {}}}));
}

TEST_P(StoreConformance, Keys_sort_as_memcmp_sorts_them) {
  for (const std::string_view key : {"b", "a", "ab", "\xff", "a\x01"}) ASSERT_TRUE(put(0, key, "").ok());
  ASSERT_TRUE(put(0, std::string_view("a\0", 2), "").ok());
  EXPECT_EQ(contents(0), (Entries{{bytes("a"), {}},
                                  {{'a', 0}, {}},
                                  {bytes("a\x01"), {}},
                                  {bytes("ab"), {}},
                                  {bytes("b"), {}},
                                  {{0xff}, {}}}));
}

TEST_P(StoreConformance, Key_of_the_wrong_length_is_refused_and_nothing_changes) {
  const Bytes longest(kStoreKeyBytesMax, 7);
  const Bytes too_long(kStoreKeyBytesMax + 1, 7);
  EXPECT_TRUE(store_->write([&](StoreWriter& tx) { return tx.put(0, longest, {}); }).ok());
  for (const Bytes& key : {Bytes{}, too_long}) {
    EXPECT_EQ(store_->write([&](StoreWriter& tx) { return tx.put(0, key, {}); }).error().code,
              Code::kInvalid);
    EXPECT_EQ(store_->write([&](StoreWriter& tx) { return tx.erase(0, key); }).error().code, Code::kInvalid);
    EXPECT_EQ(store_
                  ->read([&](StoreReader& tx) -> Status {
                    HUIYIN_TRY(tx.get(0, key));
                    return {};
                  })
                  .error()
                  .code,
              Code::kInvalid);
  }
  EXPECT_EQ(contents(0), (Entries{{longest, {}}}));
}

TEST_P(StoreConformance, Scan_begins_at_the_key_or_after_it_and_stops_when_told) {
  for (const std::string_view key : {"a", "c", "e"}) ASSERT_TRUE(put(0, key, key).ok());
  EXPECT_EQ(contents(0, as_bytes("b")).size(), 2U);
  EXPECT_EQ(contents(0, as_bytes("c")).size(), 2U);
  EXPECT_EQ(contents(0, as_bytes("f")).size(), 0U);
  int visited = 0;
  EXPECT_TRUE(store_
                  ->read([&](StoreReader& tx) {
                    return tx.scan(0, {}, [&](ByteView, ByteView) { return ++visited < 2; });
                  })
                  .ok());
  EXPECT_EQ(visited, 2);
}

TEST_P(StoreConformance, Scan_prefix_visits_only_what_begins_with_it) {
  for (const std::string_view key : {"a", "b", "b1", "b2", "c"}) ASSERT_TRUE(put(0, key, "").ok());
  std::string seen;
  EXPECT_TRUE(store_
                  ->read([&](StoreReader& tx) {
                    return scan_prefix(tx, 0, as_bytes("b"), [&](ByteView key, ByteView) {
                      seen += to_string(key) + ",";
                      return true;
                    });
                  })
                  .ok());
  EXPECT_EQ(seen, "b,b1,b2,");
}

TEST_P(StoreConformance, Last_is_the_greatest_key) {
  for (const std::string_view key : {"b", "a", "c"}) ASSERT_TRUE(put(5, key, key).ok());
  EXPECT_TRUE(store_
                  ->read([&](StoreReader& tx) -> Status {
                    const auto last = tx.last(5);
                    EXPECT_TRUE(last.ok() && last->has_value());
                    EXPECT_EQ((*last)->first, bytes("c"));
                    EXPECT_EQ((*last)->second, bytes("c"));
                    const auto nothing = tx.last(6);
                    EXPECT_TRUE(nothing.ok() && !nothing->has_value());
                    return {};
                  })
                  .ok());
}

TEST_P(StoreConformance, Write_sees_its_own_changes) {
  ASSERT_TRUE(put(0, "old", "1").ok());
  EXPECT_TRUE(store_
                  ->write([&](StoreWriter& tx) -> Status {
                    HUIYIN_TRY(tx.put(0, as_bytes("new"), as_bytes("2")));
                    HUIYIN_TRY(tx.erase(0, as_bytes("old")));
                    const auto found = entries_of(tx, 0);
                    if (!found.ok()) return found.error();
                    EXPECT_EQ(*found, (Entries{{bytes("new"), bytes("2")}}));
                    const auto last = tx.last(0);
                    EXPECT_TRUE(last.ok() && last->has_value() && (*last)->first == bytes("new"));
                    return {};
                  })
                  .ok());
}

TEST_P(StoreConformance, Failed_work_leaves_exactly_what_was_there) {
  ASSERT_TRUE(put(0, "kept", "1").ok());
  ASSERT_TRUE(put(1, "kept too", "1").ok());
  const Status status = store_->write([&](StoreWriter& tx) -> Status {
    HUIYIN_TRY(tx.put(0, as_bytes("kept"), as_bytes("changed")));
    HUIYIN_TRY(tx.put(0, as_bytes("new"), as_bytes("2")));
    HUIYIN_TRY(tx.erase(0, as_bytes("kept")));
    HUIYIN_TRY(tx.clear(1));
    HUIYIN_TRY(tx.put(1, as_bytes("after clear"), as_bytes("3")));
    return error(Code::kConflict, "changed our mind");
  });
  EXPECT_EQ(status.error().code, Code::kConflict);
  EXPECT_EQ(contents(0), (Entries{{bytes("kept"), bytes("1")}}));
  EXPECT_EQ(contents(1), (Entries{{bytes("kept too"), bytes("1")}}));
}

TEST_P(StoreConformance, Write_whose_change_failed_is_not_committed_even_if_the_work_says_success) {
  const Status status = store_->write([&](StoreWriter& tx) -> Status {
    HUIYIN_TRY(tx.put(0, as_bytes("good"), as_bytes("1")));
    EXPECT_FALSE(tx.put(0, {}, as_bytes("2")).ok());
    return {};
  });
  EXPECT_EQ(status.error().code, Code::kInvalid);
  EXPECT_TRUE(contents(0).empty());
}

TEST_P(StoreConformance, Exception_in_the_work_leaves_exactly_what_was_there) {
  ASSERT_TRUE(put(0, "kept", "1").ok());
  EXPECT_THROW((void)store_->write([&](StoreWriter& tx) -> Status {
    HUIYIN_TRY(tx.erase(0, as_bytes("kept")));
    throw std::runtime_error("out of memory, say");
  }),
               std::runtime_error);
  EXPECT_EQ(contents(0).size(), 1U);
  EXPECT_TRUE(put(0, "next", "2").ok());
}

TEST_P(StoreConformance, Erasing_what_is_absent_is_no_error) {
  EXPECT_TRUE(store_->write([&](StoreWriter& tx) { return tx.erase(0, as_bytes("nobody")); }).ok());
}

TEST_P(StoreConformance, Clear_empties_one_table_only) {
  ASSERT_TRUE(put(0, "a", "1").ok());
  ASSERT_TRUE(put(1, "a", "1").ok());
  EXPECT_TRUE(store_->write([&](StoreWriter& tx) { return tx.clear(0); }).ok());
  EXPECT_TRUE(contents(0).empty());
  EXPECT_EQ(contents(1).size(), 1U);
  EXPECT_TRUE(put(0, "b", "2").ok());
}

TEST_P(StoreConformance, Put_of_views_from_the_same_transaction_copies_them_right) {
  const Bytes large(3000, 'x');
  ASSERT_TRUE(store_
                  ->write([&](StoreWriter& tx) -> Status {
                    HUIYIN_TRY(tx.put(0, as_bytes("a"), large));
                    const auto found = tx.get(0, as_bytes("a"));
                    HUIYIN_TRY(found);
                    HUIYIN_TRY(tx.put(0, as_bytes("a"), (**found).first(2900)));
                    const auto again = tx.get(0, as_bytes("a"));
                    HUIYIN_TRY(again);
                    return tx.put(0, as_bytes("b"), **again);
                  })
                  .ok());
  EXPECT_EQ(contents(0), (Entries{{bytes("a"), Bytes(2900, 'x')}, {bytes("b"), Bytes(2900, 'x')}}));
}

TEST_P(StoreConformance, Large_values_come_back_whole) {
  Prng random(1);
  const Bytes large = random.bytes(1 << 20);
  ASSERT_TRUE(store_->write([&](StoreWriter& tx) { return tx.put(0, as_bytes("a"), large); }).ok());
  EXPECT_EQ(contents(0), (Entries{{bytes("a"), large}}));
}

TEST_P(StoreConformance, Every_table_is_its_own) {
  ASSERT_TRUE(store_
                  ->write([&](StoreWriter& tx) -> Status {
                    for (unsigned table = 0; table < kStoreTables; ++table) {
                      const Bytes value{static_cast<std::uint8_t>(table)};
                      HUIYIN_TRY(tx.put(static_cast<Table>(table), as_bytes("k"), value));
                    }
                    return {};
                  })
                  .ok());
  for (unsigned table = 0; table < kStoreTables; ++table)
    EXPECT_EQ(contents(static_cast<Table>(table)),
              (Entries{{bytes("k"), {static_cast<std::uint8_t>(table)}}}));
}

TEST_P(StoreConformance, Writers_on_many_threads_each_see_whole_writes) {
  constexpr int kThreads = 4;
  constexpr int kWrites = 25;
  std::atomic<bool> torn = false;
  const auto add_one = [&](StoreWriter& tx) -> Status {
    const auto a = tx.get(0, as_bytes("a"));
    const auto b = tx.get(0, as_bytes("b"));
    HUIYIN_TRY(a);
    HUIYIN_TRY(b);
    const std::string next = std::to_string(*a ? std::stoi(to_string(**a)) + 1 : 1);
    HUIYIN_TRY(tx.put(0, as_bytes("a"), as_bytes(next)));
    return tx.put(0, as_bytes("b"), as_bytes(next));
  };
  const auto compare_both = [&](StoreReader& tx) -> Status {
    const auto a = tx.get(0, as_bytes("a"));
    const auto b = tx.get(0, as_bytes("b"));
    HUIYIN_TRY(a);
    HUIYIN_TRY(b);
    if (a->has_value() != b->has_value() || (*a && !equal(**a, **b))) torn = true;
    return {};
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < kWrites; ++i) {
        EXPECT_TRUE(store_->write(add_one).ok());
        EXPECT_TRUE(store_->read(compare_both).ok());
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(torn);
  EXPECT_EQ(contents(0)[0].second, bytes(std::to_string(kThreads * kWrites)));
}

// --- against a map, many seeds

using Model = std::map<std::pair<Table, Bytes>, Bytes>;

Bytes random_key(Prng& random) {
  Bytes key = random.bytes(1 + random.below(3));
  for (std::uint8_t& byte : key) byte = static_cast<std::uint8_t>(byte % 5);
  if (random.chance(1, 20)) key.resize(1 + random.below(kStoreKeyBytesMax), 9);
  return key;
}

Status random_changes(Prng& random, StoreWriter& tx, Model& model) {
  for (std::uint64_t i = random.below(12); i > 0; --i) {
    const auto table = static_cast<Table>(random.below(3));
    const Bytes key = random_key(random);
    if (random.chance(1, 30)) {
      HUIYIN_TRY(tx.clear(table));
      std::erase_if(model, [&](const auto& entry) { return entry.first.first == table; });
    } else if (random.chance(1, 3)) {
      HUIYIN_TRY(tx.erase(table, key));
      model.erase({table, key});
    } else {
      const Bytes value = random.bytes(random.chance(1, 10) ? random.below(9000) : random.below(40));
      HUIYIN_TRY(tx.put(table, key, value));
      model[{table, key}] = value;
    }
  }
  return {};
}

void expect_same(StoreReader& tx, const Model& model, std::uint64_t seed) {
  for (Table table = 0; table < 3; ++table) {
    Entries expected;
    for (const auto& [where, value] : model)
      if (where.first == table) expected.emplace_back(where.second, value);
    const auto found = entries_of(tx, table);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(*found, expected) << "seed " << seed;
    const auto last = tx.last(table);
    ASSERT_TRUE(last.ok());
    ASSERT_EQ(last->has_value(), !expected.empty()) << "seed " << seed;
    if (*last) {
      ASSERT_EQ((*last)->first, expected.back().first) << "seed " << seed;
    }
    for (const auto& [key, value] : expected) {
      const auto got = tx.get(table, key);
      ASSERT_TRUE(got.ok() && got->has_value() && equal(**got, value)) << "seed " << seed;
    }
  }
}

TEST_P(StoreConformance, Random_writes_agree_with_a_map) {
  const std::uint64_t seeds = GetParam() == Kind::kMemory ? 100 : 40;
  for (std::uint64_t seed = 0; seed < seeds && !HasFatalFailure(); ++seed) {
    store_ = make("random" + std::to_string(seed));
    Prng random(seed);
    Model model;
    for (int round = 0; round < 30 && !HasFatalFailure(); ++round) {
      Model changed = model;
      const bool fails = random.chance(1, 4);
      const Status status = store_->write([&](StoreWriter& tx) -> Status {
        HUIYIN_TRY(random_changes(random, tx, changed));
        if (random.chance(1, 3)) expect_same(tx, changed, seed);
        return fails ? Status{error(Code::kConflict, "on purpose")} : Status{};
      });
      ASSERT_EQ(status.ok(), !fails);
      if (!fails) model = changed;
      ASSERT_TRUE(store_
                      ->read([&](StoreReader& tx) -> Status {
                        expect_same(tx, model, seed);
                        return {};
                      })
                      .ok());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance, testing::Values(Kind::kMemory, Kind::kLmdb),
                         [](const auto& kind) { return kind.param == Kind::kMemory ? "Memory" : "Lmdb"; });

}  // namespace
}  // namespace huiyin
