#pragma once
/// What must be true of an LMDB file before it is mapped. LMDB trusts its file: a truncated one
/// kills the program with SIGBUS, a wrong header page shows old data. So the file is looked at
/// with plain reads first.

#include <cstdint>
#include <string>

#include "shared/core/result.hpp"

namespace huiyin::store {

struct FileState {
  bool present = false;  ///< false: no file, or an empty one; LMDB makes it
  std::uint64_t bytes = 0;
  std::uint32_t page_bytes = 0;
  std::uint64_t pages = 0;        ///< in use, free ones among them included
  std::uint64_t transaction = 0;  ///< of the last commit; 0 when nothing was ever committed
};

/// Sizes, both header pages, and the pages their trees begin with. kDamaged says what is wrong and
/// what to do; kUnsupported when another LMDB wrote it. Does not look at the data.
[[nodiscard]] Result<FileState> check_file(const std::string& path);

/// Makes a created or renamed file survive a power cut.
[[nodiscard]] Status sync_parent_folder(const std::string& path);

/// An open descriptor, closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] int release();

 private:
  int number_;
};

/// The error of a failed system call on a file, from errno.
[[nodiscard]] Error file_error(int number, const std::string& what, const std::string& path);

}  // namespace huiyin::store
