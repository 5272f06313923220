#pragma once
/// The store port on a disk: one LMDB file. Durable by default flags (fsync at every commit).

#include <cstdint>
#include <memory>
#include <string>

#include "shared/core/store.hpp"

namespace huiyin::store {

struct LmdbOptions {
  /// Address space, and so the largest size of the file: kStorageFull beyond it. Can be raised at
  /// any start; set below what is in use, what is in use holds.
  std::size_t map_bytes = std::size_t{512} * 1024 * 1024;
  /// Tables 0 .. tables - 1 exist; may grow from one version of a program to the next.
  unsigned tables = kStoreTables;
  /// Looks at a store that another process may have open; takes no lock, writes are kRefused.
  bool read_only = false;
  unsigned readers_max = 126;
};

struct StoreUse {
  std::uint64_t map_bytes = 0;   ///< what may be used
  std::uint64_t file_bytes = 0;  ///< what the file takes on the disk; never shrinks by itself
  std::uint64_t used_bytes = 0;  ///< pages that hold something; free pages inside the file not counted
  unsigned readers = 0;          ///< reader slots taken so far
  /// used_bytes in thousandths of map_bytes.
  [[nodiscard]] unsigned permille() const {
    return map_bytes == 0 ? 0 : static_cast<unsigned>(used_bytes * 1000 / map_bytes);
  }
};

/// Any thread may call; write() runs on the calling thread and waits for the write before it.
/// A write inside a write is our own bug and stops the program. Never used after fork().
class LmdbStore : public Store {
 public:
  /// Walks the list of free pages: for a status every few seconds, not for every record.
  [[nodiscard]] virtual Result<StoreUse> use() = 0;
  /// Writes a copy without free pages to `path`, durable when it returns. The file must not exist.
  /// Pins pages while it runs, so the store grows if much is written meanwhile.
  [[nodiscard]] virtual Status compact_copy(const std::string& path) = 0;
};

/// `path` names the file; its folder is made if it is not there. Beside it appear `path`-lock
/// (LMDB's readers) and `path`-owner (our lock: a second opener gets kBusy).
/// kDamaged for a file that is cut or whose header pages are wrong; kNotFound only when read-only.
[[nodiscard]] Result<std::unique_ptr<LmdbStore>> open_lmdb_store(const std::string& path,
                                                                 const LmdbOptions& options = {});

/// The checks made before opening, alone: sizes, header pages, roots. For `verify` and the doctor;
/// another process may be writing meanwhile. Not for a store that this process has open: closing
/// any descriptor of a file drops the locks LMDB holds on it.
[[nodiscard]] Status check_store_file(const std::string& path);

}  // namespace huiyin::store
