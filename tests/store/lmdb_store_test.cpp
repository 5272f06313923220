#include "shared/store/lmdb_store.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>

#include "shared/core/prng.hpp"
#include "tests/store/test_folder.hpp"

namespace huiyin::store {
namespace {

using Contents = std::map<Bytes, Bytes>;

Status put(Store& store, std::string_view key, ByteView value) {
  return store.write([&](StoreWriter& tx) { return tx.put(0, as_bytes(key), value); });
}

Result<Contents> contents(Store& store) {
  Contents found;
  HUIYIN_TRY(store.read([&](StoreReader& tx) {
    return tx.scan(0, {}, [&](ByteView key, ByteView value) {
      found.emplace(to_bytes(key), to_bytes(value));
      return true;
    });
  }));
  return found;
}

std::unique_ptr<LmdbStore> must_open(const std::string& path, const LmdbOptions& options = {}) {
  auto opened = open_lmdb_store(path, options);
  if (!opened.ok()) {
    ADD_FAILURE() << opened.error().text();
    return nullptr;
  }
  return std::move(*opened);
}

Bytes slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void spill(const std::string& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// A closed store of a few hundred pages; what is in it.
Contents fill(const std::string& path) {
  Prng random(1);
  const auto store = must_open(path, {.map_bytes = 16 << 20, .tables = 4});
  for (int i = 0; i < 40; ++i)
    EXPECT_TRUE(store
                    ->write([&](StoreWriter& tx) -> Status {
                      for (int k = 0; k < 10; ++k)
                        HUIYIN_TRY(tx.put(0, random.bytes(8), random.bytes(random.below(3000))));
                      return {};
                    })
                    .ok());
  return *contents(*store);
}

/// Runs `work` in a process of its own; its exit status, or 1000 + the signal that ended it.
template <class Work>
int in_another_process(Work work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

TEST(LmdbStore, What_was_written_is_there_after_reopening) {
  const TestFolder folder;
  const std::string path = folder.file("new/folder/store");
  { ASSERT_TRUE(put(*must_open(path), "key", as_bytes("value")).ok()); }
  EXPECT_EQ(contents(*must_open(path))->size(), 1U);
}

TEST(LmdbStore, More_tables_than_before_can_be_opened) {
  const TestFolder folder;
  { ASSERT_TRUE(put(*must_open(folder.file("s"), {.tables = 2}), "key", as_bytes("value")).ok()); }
  const auto store = must_open(folder.file("s"), {.tables = 5});
  EXPECT_TRUE(store->write([](StoreWriter& tx) { return tx.put(4, as_bytes("k"), {}); }).ok());
  EXPECT_EQ(contents(*store)->size(), 1U);
}

TEST(LmdbStore, Second_opener_in_this_program_is_told_that_it_is_busy) {
  const TestFolder folder;
  auto store = must_open(folder.file("s"));
  EXPECT_EQ(open_lmdb_store(folder.file("s")).error().code, Code::kBusy);
  EXPECT_EQ(open_lmdb_store(folder.file("s"), {.read_only = true}).error().code, Code::kBusy);
  store.reset();
  EXPECT_TRUE(open_lmdb_store(folder.file("s")).ok());
}

TEST(LmdbStore, Second_process_is_told_that_it_is_busy) {
  const TestFolder folder;
  int gate[2];
  int opened[2];
  ASSERT_EQ(pipe(gate), 0);
  ASSERT_EQ(pipe(opened), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(gate[1]);
    auto store = open_lmdb_store(folder.file("s"));
    char byte = store.ok() && put(**store, "key", as_bytes("value")).ok() ? 'y' : 'n';
    if (write(opened[1], &byte, 1) != 1) _exit(2);
    while (read(gate[0], &byte, 1) > 0) {
    }
    _exit(0);
  }
  char answer = 0;
  ASSERT_EQ(read(opened[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');

  const auto second = open_lmdb_store(folder.file("s"));
  EXPECT_EQ(second.error().code, Code::kBusy);
  EXPECT_NE(second.error().text().find("another program"), std::string::npos);
  const auto looking = must_open(folder.file("s"), {.read_only = true});
  EXPECT_EQ(contents(*looking)->size(), 1U) << "reading only works beside the owner";

  close(gate[0]);
  close(gate[1]);
  waitpid(child, nullptr, 0);
  close(opened[0]);
  close(opened[1]);
}

TEST(LmdbStore, Opened_for_reading_only_refuses_writes) {
  const TestFolder folder;
  EXPECT_EQ(open_lmdb_store(folder.file("s"), {.read_only = true}).error().code, Code::kNotFound);
  { ASSERT_TRUE(put(*must_open(folder.file("s"), {.tables = 2}), "key", as_bytes("value")).ok()); }
  const auto store = must_open(folder.file("s"), {.read_only = true});
  EXPECT_EQ(put(*store, "key", as_bytes("other")).error().code, Code::kRefused);
  EXPECT_EQ(contents(*store)->size(), 1U);
  EXPECT_TRUE(store
                  ->read([](StoreReader& tx) -> Status {
                    const auto never_made = tx.get(40, as_bytes("k"));
                    EXPECT_TRUE(never_made.ok() && !never_made->has_value());
                    return {};
                  })
                  .ok());
}

TEST(LmdbStore, Full_map_says_so_and_keeps_everything_saved) {
  const TestFolder folder;
  const auto store = must_open(folder.file("s"), {.map_bytes = 512 * 1024, .tables = 4});
  const Bytes value(1000, 'v');
  int saved = 0;
  Status status;
  for (; status.ok(); ++saved) status = put(*store, "key" + std::to_string(saved), value);
  --saved;
  EXPECT_EQ(status.error().code, Code::kStorageFull);
  EXPECT_GT(saved, 100);
  EXPECT_EQ(contents(*store)->size(), static_cast<std::size_t>(saved));
  const auto use = store->use();
  ASSERT_TRUE(use.ok());
  EXPECT_GT(use->permille(), 800U);

  ASSERT_TRUE(store->write([](StoreWriter& tx) { return tx.clear(0); }).ok()) << "erasing must still work";
  EXPECT_TRUE(put(*store, "again", value).ok());
  EXPECT_LT(store->use()->permille(), 500U);
}

TEST(LmdbStore, Full_store_takes_more_after_reopening_with_a_larger_map) {
  const TestFolder folder;
  const Bytes value(1000, 'v');
  {
    const auto store = must_open(folder.file("s"), {.map_bytes = 512 * 1024, .tables = 4});
    Status status;
    for (int i = 0; status.ok(); ++i) status = put(*store, "key" + std::to_string(i), value);
    ASSERT_EQ(status.error().code, Code::kStorageFull);
  }
  EXPECT_TRUE(put(*must_open(folder.file("s"), {.map_bytes = 1 << 20, .tables = 4}), "more", value).ok());
}

TEST(LmdbStore, Use_counts_what_is_stored) {
  const TestFolder folder;
  const auto store = must_open(folder.file("s"), {.map_bytes = 16 << 20});
  const std::uint64_t before = store->use()->used_bytes;
  ASSERT_TRUE(put(*store, "large", Bytes(1 << 20, 1)).ok());
  const auto use = store->use();
  EXPECT_GE(use->used_bytes, before + (1 << 20));
  EXPECT_LE(use->used_bytes, use->file_bytes);
  EXPECT_EQ(use->map_bytes, 16U << 20U);
}

TEST(LmdbStore, Compact_copy_holds_the_same_and_gives_free_pages_back) {
  const TestFolder folder;
  const Contents all = fill(folder.file("s"));
  const auto store = must_open(folder.file("s"), {.tables = 4});
  ASSERT_TRUE(put(*store, "large", Bytes(1 << 20, 1)).ok());
  ASSERT_TRUE(store->write([](StoreWriter& tx) { return tx.erase(0, as_bytes("large")); }).ok());
  ASSERT_TRUE(store->compact_copy(folder.file("copy")).ok());
  EXPECT_EQ(store->compact_copy(folder.file("copy")).error().code, Code::kConflict);
  EXPECT_FALSE(std::filesystem::exists(folder.file("copy.part")));
  EXPECT_LT(std::filesystem::file_size(folder.file("copy")),
            std::filesystem::file_size(folder.file("s")) - (1 << 19));
  const auto copy = must_open(folder.file("copy"), {.tables = 4});
  EXPECT_EQ(*contents(*copy), all);
  EXPECT_TRUE(put(*copy, "and it can be written", {}).ok());
}

TEST(LmdbStore, Copy_to_a_place_that_is_not_there_is_an_error_and_leaves_nothing) {
  const TestFolder folder;
  const auto store = must_open(folder.file("s"));
  EXPECT_FALSE(store->compact_copy(folder.file("nowhere/copy")).ok());
}

TEST(LmdbStore, File_cut_anywhere_is_damaged_and_never_kills_the_program) {
  const TestFolder folder;
  fill(folder.file("s"));
  const Bytes whole = slurp(folder.file("s"));
  Prng random(2);
  for (int i = 0; i < 60; ++i) {
    std::size_t size = 1 + random.below(whole.size() - 1);
    if (i % 2 == 0) size = std::max<std::size_t>(size / 4096, 1) * 4096;
    spill(folder.file("cut"), Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    const auto opened = open_lmdb_store(folder.file("cut"), {.tables = 4});
    ASSERT_FALSE(opened.ok()) << size << " of " << whole.size();
    EXPECT_EQ(opened.error().code, Code::kDamaged);
    EXPECT_FALSE(opened.error().todo.empty());
    EXPECT_EQ(check_store_file(folder.file("cut")).error().code, Code::kDamaged);
  }
}

TEST(LmdbStore, File_that_is_something_else_is_refused) {
  const TestFolder folder;
  Prng random(3);
  spill(folder.file("s"), random.bytes(40960));
  EXPECT_EQ(open_lmdb_store(folder.file("s")).error().code, Code::kDamaged);
  EXPECT_EQ(slurp(folder.file("s")).size(), 40960U) << "and is left as it was";
  std::filesystem::create_directory(folder.file("folder"));
  EXPECT_FALSE(open_lmdb_store(folder.file("folder")).ok());
}

TEST(LmdbStore, Empty_file_is_a_new_store) {
  const TestFolder folder;
  spill(folder.file("s"), {});
  EXPECT_TRUE(put(*must_open(folder.file("s")), "key", {}).ok());
}

// A flipped bit in a header page is refused, or does not matter: never other data, never a crash.
TEST(LmdbStore, Flipped_bit_in_a_header_page_is_refused_or_harmless) {
  const TestFolder folder;
  const Contents all = fill(folder.file("s"));
  const Bytes whole = slurp(folder.file("s"));
  constexpr std::size_t kHeaderBytes = 152;
  Prng random(4);
  int refused = 0;
  for (std::size_t at = 0; at < 2 * kHeaderBytes; ++at) {
    Bytes flipped = whole;
    const std::size_t offset = at < kHeaderBytes ? at : 4096 + at - kHeaderBytes;
    flipped[offset] = static_cast<std::uint8_t>(flipped[offset] ^ (1U << random.below(8)));
    spill(folder.file("flipped"), flipped);
    const int outcome = in_another_process([&] {
      auto opened = open_lmdb_store(folder.file("flipped"), {.map_bytes = 16 << 20, .tables = 4});
      if (!opened.ok())
        return opened.error().code == Code::kDamaged || opened.error().code == Code::kUnsupported ? 1 : 2;
      const auto found = contents(**opened);
      return found.ok() && *found == all ? 0 : 3;
    });
    EXPECT_LE(outcome, 1) << "byte " << offset;
    refused += outcome;
  }
  EXPECT_GT(refused, 100);
}

TEST(LmdbStoreDeathTest, Write_inside_a_write_stops_the_program) {
  const TestFolder folder;
  const auto store = must_open(folder.file("s"));
  EXPECT_DEATH(
      {
        const Status status = store->write([&](StoreWriter&) { return put(*store, "key", {}); });
        _exit(status.ok() ? 0 : 1);
      },
      "broken promise");
}

TEST(LmdbStore, Read_inside_a_write_sees_what_was_committed_before) {
  const TestFolder folder;
  const auto store = must_open(folder.file("s"));
  EXPECT_TRUE(store
                  ->write([&](StoreWriter& tx) -> Status {
                    HUIYIN_TRY(tx.put(0, as_bytes("key"), {}));
                    EXPECT_TRUE(contents(*store)->empty());
                    return {};
                  })
                  .ok());
}

}  // namespace
}  // namespace huiyin::store
