#pragma once
/// LMDB's handles with owners, and its errors as ours. The only header that includes <lmdb.h>;
/// used by this folder alone.

#include <lmdb.h>

#include <string>

#include "shared/core/bytes.hpp"
#include "shared/core/result.hpp"

namespace huiyin::store::lmdb {

/// What an LMDB or system error number means to us. `doing` begins the sentence.
[[nodiscard]] Error to_error(int number, const std::string& doing, const std::string& path);

[[nodiscard]] inline MDB_val to_val(ByteView view) {
  return {view.size(), const_cast<std::uint8_t*>(view.data())};  // LMDB never writes through it
}
[[nodiscard]] inline ByteView to_view(const MDB_val& value) {
  return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

struct EnvOptions {
  std::size_t map_bytes = 0;
  unsigned tables_max = 0;
  unsigned readers_max = 0;
  unsigned flags = 0;
};

/// An open environment: one per file and process, never used after fork().
class Env {
 public:
  [[nodiscard]] static Result<Env> open(const std::string& path, const EnvOptions& options);
  Env(Env&& other) noexcept;
  Env& operator=(Env&&) = delete;
  ~Env();

  [[nodiscard]] MDB_env* handle() const { return env_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Error failure(int number, const std::string& doing) const {
    return to_error(number, doing, path_);
  }
  /// Frees the slots of readers whose process died; how many there were.
  [[nodiscard]] Result<int> forget_dead_readers() const;

 private:
  Env(MDB_env* env, std::string path) : env_(env), path_(std::move(path)) {}
  MDB_env* env_;
  std::string path_;
};

/// A transaction, aborted unless committed. A write transaction begins and ends on one thread.
class Txn {
 public:
  [[nodiscard]] static Result<Txn> begin(const Env& env, unsigned flags);
  Txn(Txn&& other) noexcept;
  Txn& operator=(Txn&&) = delete;
  ~Txn();

  [[nodiscard]] MDB_txn* handle() const { return txn_; }
  /// LMDB's own number; 0 is success. Either way the transaction is over.
  [[nodiscard]] int commit();

 private:
  explicit Txn(MDB_txn* txn) : txn_(txn) {}
  MDB_txn* txn_;
};

/// Closed before its transaction ends, because LMDB would free it twice otherwise.
class Cursor {
 public:
  [[nodiscard]] static Result<Cursor> open(const Env& env, MDB_txn* txn, MDB_dbi table);
  Cursor(Cursor&& other) noexcept;
  Cursor& operator=(Cursor&&) = delete;
  ~Cursor();

  /// LMDB's own number: 0, MDB_NOTFOUND or an error.
  [[nodiscard]] int move(MDB_val& key, MDB_val& value, MDB_cursor_op how) {
    return mdb_cursor_get(cursor_, &key, &value, how);
  }

 private:
  explicit Cursor(MDB_cursor* cursor) : cursor_(cursor) {}
  MDB_cursor* cursor_;
};

}  // namespace huiyin::store::lmdb
