#include "tests/bench/raw_lmdb.hpp"

#include <lmdb.h>  // lint: allow: the reference must be LMDB without our store around it

#include <filesystem>

#include "shared/core/prng.hpp"
#include "tests/bench/figures.hpp"

namespace huiyin::bench {

namespace {
constexpr std::size_t kMapBytes = std::size_t{8} * 1024 * 1024 * 1024;
constexpr std::size_t kValueBytes = 492;
constexpr std::size_t kTurn = 100;

void check(int rc) {
  if (rc != 0) give_up(std::string("raw LMDB: ") + mdb_strerror(rc));
}
MDB_val value_of(ByteView bytes) { return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; }
}  // namespace

struct RawLmdb::State {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi table = 0;
};

RawLmdb::RawLmdb(const std::string& path) : state_(std::make_unique<State>()) {
  check(mdb_env_create(&state_->env));
  check(mdb_env_set_mapsize(state_->env, kMapBytes));
  check(mdb_env_open(state_->env, path.c_str(), MDB_NOSUBDIR | MDB_NOTLS, 0600));
  begin();
  check(mdb_dbi_open(state_->txn, nullptr, 0, &state_->table));
  commit();
}

RawLmdb::~RawLmdb() { mdb_env_close(state_->env); }

void RawLmdb::begin() { check(mdb_txn_begin(state_->env, nullptr, 0, &state_->txn)); }

void RawLmdb::put(ByteView key, ByteView value) {
  MDB_val new_key = value_of(key);
  MDB_val new_value = value_of(value);
  check(mdb_put(state_->txn, state_->table, &new_key, &new_value, 0));
}

void RawLmdb::commit() { check(mdb_txn_commit(state_->txn)); }

double raw_records_per_second(const std::string& path, std::size_t devices, std::size_t records,
                              std::size_t per_commit) {
  Prng prng(7);
  std::vector<Bytes> names;
  for (std::size_t i = 0; i < devices; ++i) names.push_back(prng.bytes(16));
  const Bytes value = prng.bytes(kValueBytes);
  double seconds = 0;
  {
    RawLmdb raw(path);
    std::vector<std::uint64_t> seq(devices, 0);
    const Stopwatch watch;
    for (std::size_t done = 0; done < records;) {
      raw.begin();
      for (std::size_t i = 0; i < per_commit && done < records; ++i, ++done) {
        const std::size_t device = (done / kTurn) % devices;
        Bytes key = names[device];
        put_big_endian(key, ++seq[device]);
        raw.put(key, value);
      }
      raw.commit();
    }
    seconds = watch.seconds();
  }
  std::filesystem::remove(path);
  std::filesystem::remove(path + "-lock");
  return static_cast<double>(records) / seconds;
}

}  // namespace huiyin::bench
