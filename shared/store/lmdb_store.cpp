#include "shared/store/lmdb_store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "shared/store/lmdb.hpp"
#include "shared/store/lmdb_file.hpp"

namespace huiyin::store {

namespace {

/// The entry of LMDB's own table of tables that says "this is ours": its absence from a file with
/// commits means that a header page points at the wrong tree, which LMDB would take for an empty
/// store. Value: format, number of tables.
constexpr std::string_view kMarker = "huiyin";
constexpr std::uint8_t kFormat = 1;

std::string table_name(unsigned table) {
  std::array<char, 12> name{};  // room for any unsigned: the release build's compiler asks for it
  std::snprintf(name.data(), name.size(), "t%02u", table);
  return name.data();
}

/// LMDB's locks belong to the process: opening one file twice and closing one of the two would
/// drop the other's. So no file is opened twice.
class OpenFiles {
 public:
  using Name = std::pair<dev_t, ino_t>;
  static OpenFiles& all() {
    static OpenFiles files;
    return files;
  }
  bool add(Name name) {
    const std::lock_guard lock(turn_);
    return names_.insert(name).second;
  }
  void remove(Name name) {
    const std::lock_guard lock(turn_);
    names_.erase(name);
  }

 private:
  std::mutex turn_;
  std::set<Name> names_;
};

class OpenFile {
 public:
  explicit OpenFile(OpenFiles::Name name) : name_(name) {}
  OpenFile(OpenFile&& other) noexcept : name_(std::exchange(other.name_, std::nullopt)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (name_) OpenFiles::all().remove(*name_);
  }

 private:
  std::optional<OpenFiles::Name> name_;
};

Result<OpenFile> register_open(const std::string& path) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) return file_error(errno, "the store file cannot be read", path);
  const OpenFiles::Name name{about.st_dev, about.st_ino};
  if (!OpenFiles::all().add(name))
    return error(Code::kBusy, "the store is already open in this program", path, "use the one that is open");
  return OpenFile(name);
}

Result<Descriptor> lock_owner(const std::string& path) {
  const std::string name = path + "-owner";
  Descriptor file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.is_open()) return file_error(errno, "the store's lock cannot be made", name);
  if (flock(file.number(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno == EWOULDBLOCK)
    return error(Code::kBusy, "another program has this store open", path,
                 "stop it first, or ask it through the huiyin command");
  return file_error(errno, "the store cannot be locked", name);
}

/// The file exists, so that it has an identity before LMDB opens it.
Status make_file(const std::string& path) {
  std::error_code failed;
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty() && std::filesystem::create_directories(folder, failed))
    HUIYIN_TRY(sync_parent_folder(folder.string()));
  if (failed) return file_error(failed.value(), "the store's folder cannot be made", folder.string());
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.is_open()) return file_error(errno, "the store file cannot be made", path);
  return sync_parent_folder(path);
}

using Tables = std::array<std::optional<MDB_dbi>, kStoreTables>;

/// How many tables an existing store has; 0 for a new one.
Result<unsigned> read_marker(const lmdb::Env& env, MDB_txn* txn, MDB_dbi main, bool has_commits) {
  MDB_val key = lmdb::to_val(as_bytes(kMarker));
  MDB_val value{};
  const int rc = mdb_get(txn, main, &key, &value);
  if (rc == MDB_NOTFOUND && !has_commits) return 0U;
  if (rc == MDB_NOTFOUND)
    return error(Code::kDamaged, "the store file does not hold a Huiyin store", env.path(),
                 "check that it is the right file; if it is, move it aside and restore the last backup");
  if (rc != 0) return env.failure(rc, "the store cannot be read");
  if (value.mv_size != 2) return env.failure(MDB_CORRUPTED, "the store cannot be read");
  const ByteView marker = lmdb::to_view(value);
  if (marker[0] != kFormat)
    return error(Code::kUnsupported, "the store has format " + std::to_string(marker[0]), env.path(),
                 "use the version of the program that wrote it");
  return unsigned{marker[1]};
}

Result<Tables> open_tables(const lmdb::Env& env, const LmdbOptions& options, bool has_commits) {
  auto txn = lmdb::Txn::begin(env, options.read_only ? MDB_RDONLY : 0);
  if (!txn.ok()) return txn.error();
  MDB_dbi main = 0;
  if (const int rc = mdb_dbi_open(txn->handle(), nullptr, 0, &main); rc != 0)
    return env.failure(rc, "the store cannot be read");
  const auto existing = read_marker(env, txn->handle(), main, has_commits);
  if (!existing.ok()) return existing.error();
  Tables tables;
  for (unsigned table = 0; table < options.tables; ++table) {
    const bool create = table >= *existing && !options.read_only;
    MDB_dbi opened = 0;
    const int rc = mdb_dbi_open(txn->handle(), table_name(table).c_str(), create ? MDB_CREATE : 0U, &opened);
    if (rc == 0)
      tables[table] = opened;
    else if (rc == MDB_NOTFOUND && table < *existing)
      return env.failure(MDB_CORRUPTED, "table " + std::to_string(table) + " is missing");
    else if (rc != MDB_NOTFOUND)
      return env.failure(rc, "table " + std::to_string(table) + " cannot be opened");
  }
  if (!options.read_only && options.tables > *existing) {
    const std::array<std::uint8_t, 2> marker{kFormat, static_cast<std::uint8_t>(options.tables)};
    MDB_val key = lmdb::to_val(as_bytes(kMarker));
    MDB_val value = lmdb::to_val(marker);
    if (const int rc = mdb_put(txn->handle(), main, &key, &value, 0); rc != 0)
      return env.failure(rc, "the store cannot be set up");
  }
  if (const int rc = txn->commit(); rc != 0) return env.failure(rc, "the store cannot be set up");
  return tables;
}

/// One transaction as the port sees it; read() hands it out as a StoreReader.
class Transaction final : public StoreWriter {
 public:
  Transaction(const lmdb::Env& env, MDB_txn* txn, const Tables& tables)
      : env_(env), txn_(txn), tables_(tables) {}

  Result<std::optional<ByteView>> get(Table table, ByteView key) override {
    HUIYIN_TRY(check_key(key));
    const auto opened = at(table);
    if (!opened) return std::optional<ByteView>{};
    MDB_val wanted = lmdb::to_val(key);
    MDB_val value{};
    const int rc = mdb_get(txn_, *opened, &wanted, &value);
    if (rc == MDB_NOTFOUND) return std::optional<ByteView>{};
    if (rc != 0) return env_.failure(rc, "the store cannot be read");
    return std::optional<ByteView>(lmdb::to_view(value));
  }

  Status scan(Table table, ByteView from, const Visit& visit) override {
    if (from.size() > kStoreKeyBytesMax) return check_key(from);
    const auto opened = at(table);
    if (!opened) return {};
    auto cursor = lmdb::Cursor::open(env_, txn_, *opened);
    if (!cursor.ok()) return cursor.error();
    MDB_val key = lmdb::to_val(from);
    MDB_val value{};
    int rc = cursor->move(key, value, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
    while (rc == 0 && visit(lmdb::to_view(key), lmdb::to_view(value)))
      rc = cursor->move(key, value, MDB_NEXT);
    if (rc != 0 && rc != MDB_NOTFOUND) return env_.failure(rc, "the store cannot be read");
    return {};
  }

  Result<std::optional<std::pair<Bytes, Bytes>>> last(Table table) override {
    std::optional<std::pair<Bytes, Bytes>> found;
    const auto opened = at(table);
    if (!opened) return found;
    auto cursor = lmdb::Cursor::open(env_, txn_, *opened);
    if (!cursor.ok()) return cursor.error();
    MDB_val key{};
    MDB_val value{};
    const int rc = cursor->move(key, value, MDB_LAST);
    if (rc != 0 && rc != MDB_NOTFOUND) return env_.failure(rc, "the store cannot be read");
    if (rc == 0) found.emplace(to_bytes(lmdb::to_view(key)), to_bytes(lmdb::to_view(value)));
    return found;
  }

  Status put(Table table, ByteView key, ByteView value) override {
    HUIYIN_TRY(remember(check_key(key)));
    // Key and value may be views of pages that LMDB is about to change.
    key_.assign(key.begin(), key.end());
    value_.assign(value.begin(), value.end());
    MDB_val new_key = lmdb::to_val(key_);
    MDB_val new_value = lmdb::to_val(value_);
    return changed(mdb_put(txn_, writable(table), &new_key, &new_value, 0));
  }

  Status erase(Table table, ByteView key) override {
    HUIYIN_TRY(remember(check_key(key)));
    key_.assign(key.begin(), key.end());
    MDB_val gone = lmdb::to_val(key_);
    const int rc = mdb_del(txn_, writable(table), &gone, nullptr);
    return changed(rc == MDB_NOTFOUND ? 0 : rc);
  }

  Status clear(Table table) override { return changed(mdb_drop(txn_, writable(table), 0)); }

  /// Why this transaction cannot be committed: its first failed change.
  [[nodiscard]] const Status& verdict() const { return verdict_; }

 private:
  [[nodiscard]] std::optional<MDB_dbi> at(Table table) const {
    HUIYIN_CHECK(table < kStoreTables);
    return tables_[table];
  }
  [[nodiscard]] MDB_dbi writable(Table table) const {
    const auto opened = at(table);
    HUIYIN_CHECK(opened.has_value());  // writing to a table the store was not opened with
    return *opened;
  }
  [[nodiscard]] static Status check_key(ByteView key) {
    if (!key.empty() && key.size() <= kStoreKeyBytesMax) return {};
    return error(Code::kInvalid, "a store key has 1 to 511 bytes, this one " + std::to_string(key.size()));
  }
  Status changed(int rc) {
    return remember(rc == 0 ? Status{} : Status{env_.failure(rc, "the store cannot be written")});
  }
  Status remember(Status status) {
    if (!status.ok() && verdict_.ok()) verdict_ = status;
    return status;
  }

  const lmdb::Env& env_;
  MDB_txn* txn_;
  const Tables& tables_;
  Status verdict_;
  Bytes key_;
  Bytes value_;
};

class OpenLmdbStore final : public LmdbStore {
 public:
  /// The members close in the reverse order: environment, then registration, then lock.
  OpenLmdbStore(Descriptor owner, OpenFile file, lmdb::Env env, const Tables& tables, bool read_only)
      : owner_(std::move(owner)),
        file_(std::move(file)),
        env_(std::move(env)),
        tables_(tables),
        read_only_(read_only) {}

  Status read(const ReadWork& work) override {
    auto txn = lmdb::Txn::begin(env_, MDB_RDONLY);
    if (!txn.ok()) return txn.error();
    Transaction transaction(env_, txn->handle(), tables_);
    return work(transaction);
  }

  Status write(const WriteWork& work) override {
    if (read_only_) return error(Code::kRefused, "the store was opened for reading only", env_.path());
    const WriteTurn turn(*this);
    if (broken_)
      return error(Code::kStorage, "an earlier write failed on the disk", env_.path(),
                   "check the disk and restart");
    auto txn = lmdb::Txn::begin(env_, 0);
    if (!txn.ok()) return txn.error();
    Transaction transaction(env_, txn->handle(), tables_);
    HUIYIN_TRY(work(transaction));
    HUIYIN_TRY(transaction.verdict());
    const int rc = txn->commit();
    if (rc == 0) return {};
    Error failure = env_.failure(rc, "the store cannot be written");
    // After a failed fsync the kernel may have dropped the pages it could not write, and a later
    // fsync succeeds without them: nothing more is promised until the store is opened anew.
    broken_ = failure.code != Code::kStorageFull;
    return failure;
  }

  Result<StoreUse> use() override {
    StoreUse use;
    auto txn = lmdb::Txn::begin(env_, MDB_RDONLY);
    if (!txn.ok()) return txn.error();
    MDB_envinfo info{};
    MDB_stat stat_of_main{};
    int rc = mdb_env_info(env_.handle(), &info);
    if (rc == 0) rc = mdb_env_stat(env_.handle(), &stat_of_main);
    if (rc != 0) return env_.failure(rc, "the store cannot be measured");
    const auto free_pages = count_free_pages(txn->handle());
    if (!free_pages.ok()) return free_pages.error();
    const std::uint64_t pages = info.me_last_pgno + 1;
    use.map_bytes = info.me_mapsize;
    use.readers = info.me_numreaders;
    use.used_bytes = (pages - std::min(*free_pages, pages)) * stat_of_main.ms_psize;
    std::error_code failed;
    use.file_bytes = std::filesystem::file_size(env_.path(), failed);
    if (failed) return file_error(failed.value(), "the store cannot be measured", env_.path());
    return use;
  }

  Status compact_copy(const std::string& path) override {
    std::error_code failed;
    if (std::filesystem::exists(path, failed))
      return error(Code::kConflict, "there is a file already", path, "choose another name");
    const std::string part = path + ".part";
    std::filesystem::remove(part, failed);  // of a copy that was interrupted
    if (const int rc = mdb_env_copy2(env_.handle(), part.c_str(), MDB_CP_COMPACT); rc != 0) {
      std::filesystem::remove(part, failed);
      return lmdb::to_error(rc, "the copy cannot be written", part);
    }
    const Status finished = finish_copy(part, path);
    if (!finished.ok()) std::filesystem::remove(part, failed);
    return finished;
  }

 private:
  /// LMDB lets one write run at a time; this also tells a write inside a write from a wait.
  class WriteTurn {
   public:
    explicit WriteTurn(OpenLmdbStore& store) : store_(store) {
      HUIYIN_CHECK(store.writer_.load() != std::this_thread::get_id());
      store_.writing_.lock();
      store_.writer_ = std::this_thread::get_id();
    }
    ~WriteTurn() {
      store_.writer_ = std::thread::id{};
      store_.writing_.unlock();
    }
    WriteTurn(const WriteTurn&) = delete;
    WriteTurn& operator=(const WriteTurn&) = delete;

   private:
    OpenLmdbStore& store_;
  };

  /// LMDB keeps them in table 0: each value is a count followed by that many page numbers.
  [[nodiscard]] Result<std::uint64_t> count_free_pages(MDB_txn* txn) const {
    auto cursor = lmdb::Cursor::open(env_, txn, 0);
    if (!cursor.ok()) return cursor.error();
    std::uint64_t pages = 0;
    MDB_val key{};
    MDB_val value{};
    int rc = cursor->move(key, value, MDB_FIRST);
    for (; rc == 0; rc = cursor->move(key, value, MDB_NEXT)) {
      std::size_t count = 0;
      if (value.mv_size < sizeof count) return env_.failure(MDB_CORRUPTED, "the list of free pages");
      std::memcpy(&count, value.mv_data, sizeof count);
      pages += count;
    }
    if (rc != MDB_NOTFOUND) return env_.failure(rc, "the store cannot be measured");
    return pages;
  }

  [[nodiscard]] static Status finish_copy(const std::string& part, const std::string& path) {
    const Descriptor file(::open(part.c_str(), O_RDWR | O_CLOEXEC));
    if (!file.is_open()) return file_error(errno, "the copy cannot be opened", part);
    if (fsync(file.number()) != 0) return file_error(errno, "the copy cannot be made durable", part);
    if (std::rename(part.c_str(), path.c_str()) != 0)
      return file_error(errno, "the copy cannot be named", path);
    return sync_parent_folder(path);
  }

  Descriptor owner_;
  OpenFile file_;
  lmdb::Env env_;
  Tables tables_;
  bool read_only_;
  bool broken_ = false;  ///< under writing_
  std::mutex writing_;
  std::atomic<std::thread::id> writer_{};
};

}  // namespace

Result<std::unique_ptr<LmdbStore>> open_lmdb_store(const std::string& path, const LmdbOptions& options) {
  HUIYIN_CHECK(options.tables >= 1 && options.tables <= kStoreTables);
  Descriptor owner;
  if (!options.read_only) {
    HUIYIN_TRY(make_file(path));
    auto locked = lock_owner(path);
    if (!locked.ok()) return locked.error();
    owner = std::move(*locked);
  }
  auto registered = register_open(path);
  if (!registered.ok()) return registered.error();
  const auto state = check_file(path);
  if (!state.ok()) return state.error();
  if (options.read_only && !state->present)
    return error(Code::kNotFound, "there is nothing in this store yet", path);
  const unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | (options.read_only ? unsigned{MDB_RDONLY} : 0U);
  auto env = lmdb::Env::open(path, {options.map_bytes, options.tables, options.readers_max, flags});
  if (!env.ok()) return env.error();
  if (!options.read_only) {
    HUIYIN_TRY(env->forget_dead_readers());
    HUIYIN_TRY(sync_parent_folder(path));
  }
  const auto tables = open_tables(*env, options, state->transaction > 0);
  if (!tables.ok()) return tables.error();
  return std::unique_ptr<LmdbStore>(std::make_unique<OpenLmdbStore>(
      std::move(owner), std::move(*registered), std::move(*env), *tables, options.read_only));
}

Status check_store_file(const std::string& path) {
  const auto state = check_file(path);
  if (!state.ok()) return state.error();
  if (!state->present) return error(Code::kNotFound, "there is nothing in this store yet", path);
  return {};
}

}  // namespace huiyin::store
