// A process that is killed while it writes: everything it was told is saved, is there.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "shared/core/prng.hpp"
#include "shared/store/lmdb_store.hpp"
#include "tests/store/test_folder.hpp"

namespace huiyin::store {
namespace {

constexpr LmdbOptions kOptions{.map_bytes = 64 << 20, .tables = 3};

Bytes key_of(std::uint64_t number) {
  Bytes key;
  put_big_endian(key, number);
  return key;
}

Bytes value_of(std::uint64_t number) {
  Prng random(number);
  return random.bytes(random.below(5000));
}

/// Writes number after number, each into two tables, and tells each once it is saved.
[[noreturn]] void write_until_killed(const std::string& path, std::uint64_t next, int told) {
  auto store = open_lmdb_store(path, kOptions);
  if (!store.ok()) _exit(1);
  for (;; ++next) {
    const Status status = (*store)->write([&](StoreWriter& tx) -> Status {
      HUIYIN_TRY(tx.put(0, key_of(next), value_of(next)));
      if (next >= 50) HUIYIN_TRY(tx.erase(1, key_of(next - 50)));
      return tx.put(1, key_of(next), as_bytes("seen"));
    });
    if (!status.ok() || write(told, &next, sizeof next) != sizeof next) _exit(1);
  }
}

/// How many numbers, from 0 on, are in the store; fails the test on anything torn.
std::uint64_t check_whole(const std::string& path) {
  auto store = open_lmdb_store(path, kOptions);
  EXPECT_TRUE(store.ok()) << store.error().text();
  std::uint64_t count = 0;
  const Status status = (*store)->read([&](StoreReader& tx) -> Status {
    HUIYIN_TRY(tx.scan(0, {}, [&](ByteView key, ByteView value) {
      EXPECT_EQ(to_bytes(key), key_of(count));
      EXPECT_EQ(to_bytes(value), value_of(count));
      ++count;
      return true;
    }));
    std::uint64_t kept = count < 50 ? 0 : count - 50;
    HUIYIN_TRY(tx.scan(1, {}, [&](ByteView key, ByteView) {
      EXPECT_EQ(to_bytes(key), key_of(kept));
      ++kept;
      return true;
    }));
    EXPECT_EQ(kept, count) << "both tables tell of the same writes";
    return {};
  });
  EXPECT_TRUE(status.ok());
  return count;
}

TEST(LmdbCrash, Killed_writer_leaves_every_write_it_was_told_is_saved) {
  const TestFolder folder;
  const std::string path = folder.file("s");
  Prng random(1);
  std::uint64_t count = 0;
  for (int round = 0; round < 25; ++round) {
    int told[2];
    ASSERT_EQ(pipe(told), 0);
    const pid_t child = fork();
    if (child == 0) write_until_killed(path, count, told[1]);
    close(told[1]);
    std::uint64_t saved = count;
    std::uint64_t number = 0;
    // Every other round waits for a first write, so that a slow machine kills writers as well.
    if (round % 2 == 0 && read(told[0], &number, sizeof number) == sizeof number) saved = number + 1;
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(40'000)));
    kill(child, SIGKILL);
    for (; read(told[0], &number, sizeof number) == sizeof number;) saved = number + 1;
    close(told[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer failed by itself";
    const std::uint64_t found = check_whole(path);
    ASSERT_GE(found, saved);
    ASSERT_LE(found, saved + 1) << "at most the write whose answer the kill cut off";
    count = found;
  }
  EXPECT_GT(count, 0U) << "the writer must have come to write at all";
}

}  // namespace
}  // namespace huiyin::store
