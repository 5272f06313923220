#include "shared/core/memory_store.hpp"

#include <vector>

namespace huiyin {

namespace {

Status check_key(ByteView key) {
  if (!key.empty() && key.size() <= kStoreKeyBytesMax) return {};
  return error(Code::kInvalid, "a store key has 1 to 511 bytes, this one " + std::to_string(key.size()));
}

}  // namespace

/// One transaction's turn at the store. Taking a second one on the same thread would wait for
/// ever, so it stops with a word instead.
class MemoryStore::Turn {
 public:
#ifndef __wasm__
  explicit Turn(const MemoryStore& store) : store_(store) {
    HUIYIN_CHECK(store.owner_.load() != std::this_thread::get_id());
    store_.turn_.lock();
    store_.owner_ = std::this_thread::get_id();
  }
  ~Turn() {
    store_.owner_ = std::thread::id{};
    store_.turn_.unlock();
  }

 private:
  const MemoryStore& store_;
#else
  explicit Turn(const MemoryStore&) {}
  ~Turn() {}
#endif
 public:
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
};

/// A transaction. read() hands it out as a StoreReader, so nothing can be changed through it.
class MemoryStore::Writer final : public StoreWriter {
 public:
  explicit Writer(MemoryStore& store) : store_(store), used_before_(store.used_) {}
  /// Takes everything back unless keep() was called: also when `work` throws.
  ~Writer() override { undo(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Result<std::optional<ByteView>> get(Table table, ByteView key) override {
    HUIYIN_TRY(store_.step("get"));
    HUIYIN_TRY(check_key(key));
    const Entries& entries = at(table);
    const auto found = entries.find(key);
    if (found == entries.end()) return std::optional<ByteView>{};
    return std::optional<ByteView>(found->second);
  }

  Status scan(Table table, ByteView from, const Visit& visit) override {
    HUIYIN_TRY(store_.step("scan"));
    if (from.size() > kStoreKeyBytesMax) return check_key(from);
    const Entries& entries = at(table);
    for (auto entry = entries.lower_bound(from); entry != entries.end(); ++entry)
      if (!visit(entry->first, entry->second)) break;
    return {};
  }

  Result<std::optional<std::pair<Bytes, Bytes>>> last(Table table) override {
    HUIYIN_TRY(store_.step("last"));
    const Entries& entries = at(table);
    if (entries.empty()) return std::optional<std::pair<Bytes, Bytes>>{};
    return std::optional<std::pair<Bytes, Bytes>>(*entries.rbegin());
  }

  Status put(Table table, ByteView key, ByteView value) override {
    return remember(put_now(table, key, value));
  }
  Status erase(Table table, ByteView key) override { return remember(erase_now(table, key)); }
  Status clear(Table table) override { return remember(clear_now(table)); }

  /// Why this transaction cannot be committed: its first failed change.
  [[nodiscard]] const Status& verdict() const { return verdict_; }

  void keep() {
    undo_.clear();
    used_before_ = store_.used_;
  }

 private:
  struct Undo {
    Table table = 0;
    Bytes key;
    std::optional<Bytes> before;
    std::unique_ptr<Entries> cleared;
  };

  void undo() {
    for (auto step = undo_.rbegin(); step != undo_.rend(); ++step) {
      Entries& entries = at(step->table);
      if (step->cleared)
        entries = std::move(*step->cleared);
      else if (step->before)
        entries.insert_or_assign(step->key, std::move(*step->before));
      else
        entries.erase(step->key);
    }
    store_.used_ = used_before_;
  }

  Entries& at(Table table) {
    HUIYIN_CHECK(table < kStoreTables);
    return store_.tables_[table];
  }

  Status remember(Status status) {
    if (!status.ok() && verdict_.ok()) verdict_ = status;
    return status;
  }

  Status put_now(Table table, ByteView key, ByteView value) {
    HUIYIN_TRY(store_.step("put"));
    HUIYIN_TRY(check_key(key));
    Entries& entries = at(table);
    const auto found = entries.find(key);
    const std::size_t gone = found == entries.end() ? 0 : size_of(found->first, found->second);
    const std::size_t used_after = store_.used_ - gone + size_of(key, value);
    if (used_after > store_.capacity_)
      return error(Code::kStorageFull, "there is no room for another entry", "memory store");
    // Copied before anything is touched: key and value may be views of this very store.
    Bytes new_value = to_bytes(value);
    if (found == entries.end()) {
      Bytes new_key = to_bytes(key);
      undo_.push_back({table, new_key, std::nullopt, nullptr});
      entries.emplace(std::move(new_key), std::move(new_value));
    } else {
      undo_.push_back({table, found->first, std::move(found->second), nullptr});
      found->second = std::move(new_value);
    }
    store_.used_ = used_after;
    return {};
  }

  Status erase_now(Table table, ByteView key) {
    HUIYIN_TRY(store_.step("erase"));
    HUIYIN_TRY(check_key(key));
    Entries& entries = at(table);
    const auto found = entries.find(key);
    if (found == entries.end()) return {};
    store_.used_ -= size_of(found->first, found->second);
    undo_.push_back({table, found->first, std::move(found->second), nullptr});
    entries.erase(found);
    return {};
  }

  Status clear_now(Table table) {
    HUIYIN_TRY(store_.step("clear"));
    Entries& entries = at(table);
    for (const auto& [key, value] : entries) store_.used_ -= size_of(key, value);
    undo_.push_back({table, {}, std::nullopt, std::make_unique<Entries>(std::move(entries))});
    entries.clear();
    return {};
  }

  static std::size_t size_of(ByteView key, ByteView value) {
    return key.size() + value.size() + kEntryOverheadBytes;
  }

  MemoryStore& store_;
  std::size_t used_before_;
  Status verdict_;
  std::vector<Undo> undo_;
};

Status MemoryStore::step(const char* operation) {
  ++operations_;
  if (fail_at_ == 0 || operations_ != fail_at_) return {};
  fail_at_ = 0;
  return error(fail_code_, std::string("ordered failure of ") + operation, "memory store");
}

void MemoryStore::fail_nth(std::uint64_t n, Code code) {
  fail_at_ = n == 0 ? 0 : operations_ + n;
  fail_code_ = code;
}

Status MemoryStore::read(const ReadWork& work) {
  const Turn turn(*this);
  Writer reader(*this);
  return work(reader);
}

Status MemoryStore::write(const WriteWork& work) {
  const Turn turn(*this);
  Writer writer(*this);
  Status status = work(writer);
  if (status.ok()) status = writer.verdict();
  if (status.ok()) status = step("commit");
  if (status.ok()) writer.keep();
  return status;
}

std::unique_ptr<MemoryStore> MemoryStore::copy() const {
  const Turn turn(*this);
  auto twin = std::make_unique<MemoryStore>();
  twin->tables_ = tables_;
  twin->used_ = used_;
  twin->capacity_ = capacity_;
  return twin;
}

bool MemoryStore::same_contents(const MemoryStore& other) const { return tables_ == other.tables_; }

}  // namespace huiyin
