#pragma once
/// The store port: ordered keys, atomic durable writes. LMDB stands behind it on machines,
/// a map in tests and in the simulator; one conformance test holds both to this page.
///
/// Promises every implementation keeps:
///  - write() is all or nothing, and durable when it returns success;
///  - a write sees its own puts and erases; a read sees one moment;
///  - keys are 1..511 bytes and sorted as memcmp sorts them; values may be empty;
///  - after a failed write() the store holds exactly what it held before;
///  - one write at a time; reads run beside it (LMDB) or wait for it (memory).
/// Views handed out by get() and scan() live until the next put or erase of the same
/// transaction, and at most until the function passed to read() or write() returns.

#include <functional>
#include <optional>

#include "shared/core/bytes.hpp"
#include "shared/core/result.hpp"

namespace huiyin {

/// A table is a small number; which number holds what is said once, where it is used
/// (shared/log/tables.hpp). Numbers are never reused.
using Table = std::uint8_t;
constexpr std::size_t kStoreTables = 64;
constexpr std::size_t kStoreKeyBytesMax = 511;

class StoreReader {
 public:
  virtual ~StoreReader() = default;
  /// Nothing when the key is absent.
  [[nodiscard]] virtual Result<std::optional<ByteView>> get(Table table, ByteView key) = 0;
  /// Keys >= `from` in order while `visit` returns true. `visit` must not write.
  using Visit = std::function<bool(ByteView key, ByteView value)>;
  [[nodiscard]] virtual Status scan(Table table, ByteView from, const Visit& visit) = 0;
  /// The entry with the greatest key; nothing in an empty table.
  [[nodiscard]] virtual Result<std::optional<std::pair<Bytes, Bytes>>> last(Table table) = 0;
};

class StoreWriter : public StoreReader {
 public:
  [[nodiscard]] virtual Status put(Table table, ByteView key, ByteView value) = 0;
  /// Erasing what is absent is no error.
  [[nodiscard]] virtual Status erase(Table table, ByteView key) = 0;
  /// Empties a table: for views that are rebuilt.
  [[nodiscard]] virtual Status clear(Table table) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  using ReadWork = std::function<Status(StoreReader&)>;
  using WriteWork = std::function<Status(StoreWriter&)>;
  /// Runs `work` on one moment of the store and returns its status.
  [[nodiscard]] virtual Status read(const ReadWork& work) = 0;
  /// Runs `work`; commits if it succeeds, forgets everything if it fails.
  /// kStorageFull when there is no room: nothing was written, reads go on.
  [[nodiscard]] virtual Status write(const WriteWork& work) = 0;
};

/// Keys >= prefix that start with prefix.
[[nodiscard]] inline Status scan_prefix(StoreReader& reader, Table table, ByteView prefix,
                                        const StoreReader::Visit& visit) {
  return reader.scan(table, prefix, [&](ByteView key, ByteView value) {
    return starts_with(key, prefix) && visit(key, value);
  });
}

}  // namespace huiyin
