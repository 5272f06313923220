#include "shared/store/lmdb.hpp"

#include <cerrno>
#include <utility>

#include "shared/store/lmdb_file.hpp"

namespace huiyin::store::lmdb {

Error to_error(int number, const std::string& doing, const std::string& path) {
  const std::string what = doing + ": " + mdb_strerror(number);
  switch (number) {
    case MDB_MAP_FULL:
      return error(Code::kStorageFull, what, path,
                   "the store has reached its configured size; raise it and restart");
    case MDB_TXN_FULL: return error(Code::kTooLarge, what, path, "write less at once");
    case MDB_READERS_FULL: return error(Code::kBusy, what, path, "too many are reading at once; try again");
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_CURSOR_FULL:
      return error(
          Code::kDamaged, what, path,
          "move the file aside (do not delete it), restore the last backup or let the store be rebuilt");
    case MDB_VERSION_MISMATCH: return error(Code::kUnsupported, what, path, "use the program that wrote it");
    case MDB_PANIC:
      return error(Code::kStorage, what, path, "an earlier write failed on the disk: check it and restart");
    case MDB_MAP_RESIZED:
      return error(Code::kBusy, what, path, "another program made the store larger: restart");
    case MDB_BAD_VALSIZE: return error(Code::kInvalid, what, path, "keys have 1 to 511 bytes");
    case MDB_BAD_TXN:
    case MDB_BAD_RSLOT:
    case MDB_BAD_DBI: return error(Code::kStorage, what, path);
    case EAGAIN:
    case EBUSY: return error(Code::kBusy, what, path, "try again");
    default: return file_error(number, doing, path);
  }
}

Result<Env> Env::open(const std::string& path, const EnvOptions& options) {
  MDB_env* raw = nullptr;
  if (const int rc = mdb_env_create(&raw); rc != 0) return to_error(rc, "the store cannot be opened", path);
  Env env(raw, path);
  int rc = mdb_env_set_mapsize(raw, options.map_bytes);
  if (rc == 0) rc = mdb_env_set_maxdbs(raw, options.tables_max);
  if (rc == 0) rc = mdb_env_set_maxreaders(raw, options.readers_max);
  if (rc == 0) rc = mdb_env_open(raw, path.c_str(), options.flags, 0600);
  if (rc != 0) return env.failure(rc, "the store cannot be opened");
  return env;
}

Env::Env(Env&& other) noexcept : env_(std::exchange(other.env_, nullptr)), path_(std::move(other.path_)) {}

Env::~Env() {
  if (env_ != nullptr) mdb_env_close(env_);
}

Result<int> Env::forget_dead_readers() const {
  int dead = 0;
  if (const int rc = mdb_reader_check(env_, &dead); rc != 0) return failure(rc, "readers cannot be checked");
  return dead;
}

Result<Txn> Txn::begin(const Env& env, unsigned flags) {
  MDB_txn* raw = nullptr;
  if (const int rc = mdb_txn_begin(env.handle(), nullptr, flags, &raw); rc != 0)
    return env.failure(rc, "a transaction cannot begin");
  return Txn(raw);
}

Txn::Txn(Txn&& other) noexcept : txn_(std::exchange(other.txn_, nullptr)) {}

Txn::~Txn() {
  if (txn_ != nullptr) mdb_txn_abort(txn_);
}

int Txn::commit() { return mdb_txn_commit(std::exchange(txn_, nullptr)); }

Result<Cursor> Cursor::open(const Env& env, MDB_txn* txn, MDB_dbi table) {
  MDB_cursor* raw = nullptr;
  if (const int rc = mdb_cursor_open(txn, table, &raw); rc != 0)
    return env.failure(rc, "a table cannot be read");
  return Cursor(raw);
}

Cursor::Cursor(Cursor&& other) noexcept : cursor_(std::exchange(other.cursor_, nullptr)) {}

Cursor::~Cursor() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

}  // namespace huiyin::store::lmdb
