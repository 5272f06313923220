#include "shared/store/lmdb_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace huiyin::store {

namespace {

constexpr const char* kWhatToDo =
    "move the file aside (do not delete it), restore the last backup or let the store be rebuilt, "
    "and check the disk";

/// The two header pages as LMDB 0.9 lays them out on 64-bit machines, in the machine's own order.
struct TreeHeader {
  std::uint32_t pad;  ///< the page size, in the first tree
  std::uint16_t flags;
  std::uint16_t depth;
  std::uint64_t branch_pages;
  std::uint64_t leaf_pages;
  std::uint64_t overflow_pages;
  std::uint64_t entries;
  std::uint64_t root;
};
struct HeaderPage {
  std::uint64_t number;
  std::uint16_t pad;
  std::uint16_t flags;
  std::uint32_t bounds;
  std::uint32_t magic;
  std::uint32_t version;
  std::uint64_t address;
  std::uint64_t map_bytes;
  std::array<TreeHeader, 2> trees;  ///< free pages; the tables
  std::uint64_t last_page;
  std::uint64_t transaction;
};
static_assert(sizeof(TreeHeader) == 48 && sizeof(HeaderPage) == 152);

struct PageHead {
  std::uint64_t number;
  std::uint16_t pad;
  std::uint16_t flags;
  std::uint32_t bounds;
};

constexpr std::uint32_t kMagic = 0xbeefc0deU;
constexpr std::uint32_t kVersion = 1;
constexpr std::uint16_t kBranchPage = 0x01;
constexpr std::uint16_t kLeafPage = 0x02;
constexpr std::uint16_t kHeaderPageFlag = 0x08;
constexpr std::uint16_t kIntegerKeys = 0x08;   ///< the tree of free pages
constexpr std::uint16_t kSingleFile = 0x4000;  ///< MDB_NOSUBDIR, written along
constexpr std::uint64_t kNoPage = UINT64_MAX;

class FileCheck {
 public:
  FileCheck(int file, std::string path, std::uint64_t bytes)
      : file_(file), path_(std::move(path)), bytes_(bytes) {}

  Result<FileState> run() {
    HUIYIN_TRY(read(0, &pages_[0], sizeof(HeaderPage)));
    HUIYIN_TRY(check_fixed(pages_[0], 0));
    page_bytes_ = pages_[0].trees[0].pad;
    const bool plausible =
        page_bytes_ >= 512 && page_bytes_ <= 65536 && (page_bytes_ & (page_bytes_ - 1)) == 0;
    if (!plausible) return damaged("its first header page names an impossible page size");
    if (bytes_ % page_bytes_ != 0 || bytes_ < 2 * std::uint64_t{page_bytes_})
      return damaged("its size of " + std::to_string(bytes_) +
                     " bytes is not a whole number of pages: it was cut");
    HUIYIN_TRY(read(page_bytes_, &pages_[1], sizeof(HeaderPage)));
    HUIYIN_TRY(check_fixed(pages_[1], 1));
    if (pages_[1].trees[0].pad != page_bytes_) return damaged("its header pages name different page sizes");
    HUIYIN_TRY(check_order());
    for (const HeaderPage& page : pages_) HUIYIN_TRY(check_extent(page));
    const HeaderPage& newest = pages_[0].transaction > pages_[1].transaction ? pages_[0] : pages_[1];
    for (const TreeHeader& tree : newest.trees) HUIYIN_TRY(check_root(tree));
    return FileState{true, bytes_, page_bytes_, newest.last_page + 1, newest.transaction};
  }

 private:
  [[nodiscard]] Error damaged(const std::string& why) const {
    return error(Code::kDamaged, "the store file is damaged: " + why, path_, kWhatToDo);
  }

  Status read(std::uint64_t at, void* into, std::size_t bytes) const {
    std::size_t done = 0;
    while (done < bytes) {
      const ssize_t got =
          pread(file_, static_cast<char*>(into) + done, bytes - done, static_cast<off_t>(at + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return file_error(errno, "the store file cannot be read", path_);
      if (got == 0) return damaged("it ends inside a page");
      done += static_cast<std::size_t>(got);
    }
    return {};
  }

  [[nodiscard]] Status check_fixed(const HeaderPage& page, std::uint64_t number) const {
    const std::string which = number == 0 ? "first" : "second";
    if (page.magic != kMagic || page.flags != kHeaderPageFlag || page.number != number)
      return damaged("its " + which + " header page is not one");
    if (page.version != kVersion)
      return error(Code::kUnsupported, "the store file was written by another version of LMDB", path_,
                   "use the program that wrote it");
    const bool flags_fit = (page.trees[0].flags & ~kSingleFile) == kIntegerKeys && page.trees[1].flags == 0;
    if (!flags_fit) return damaged("its " + which + " header page has unknown flags");
    return {};
  }

  /// Commits write the two header pages in turn, so their numbers follow one another.
  [[nodiscard]] Status check_order() const {
    const std::uint64_t even = pages_[0].transaction;
    const std::uint64_t odd = pages_[1].transaction;
    if (even == 0 && odd == 0) return {};
    const std::uint64_t apart = even > odd ? even - odd : odd - even;
    if (even % 2 != 0 || odd % 2 != 1 || apart != 1)
      return damaged("its header pages are not those of two commits in a row");
    const HeaderPage& newer = even > odd ? pages_[0] : pages_[1];
    const HeaderPage& older = even > odd ? pages_[1] : pages_[0];
    if (older.last_page > newer.last_page) return damaged("its newest header page counts too few pages");
    return {};
  }

  [[nodiscard]] Status check_extent(const HeaderPage& page) const {
    if (page.last_page < 1) return damaged("a header page counts too few pages");
    const std::uint64_t pages_in_file = bytes_ / page_bytes_;
    // Before the first commit a new file has its header pages only, and so has the older one later.
    if (page.last_page >= pages_in_file)
      return damaged("it has " + std::to_string(pages_in_file) + " pages and should have at least " +
                     std::to_string(page.last_page + 1) + ": it was cut");
    for (const TreeHeader& tree : page.trees) {
      const bool nothing = tree.root == kNoPage;
      if (nothing != (tree.depth == 0) || (!nothing && (tree.root > page.last_page || tree.root < 2)))
        return damaged("a header page points outside the file");
    }
    return {};
  }

  [[nodiscard]] Status check_root(const TreeHeader& tree) const {
    if (tree.root == kNoPage) return {};
    PageHead head{};
    HUIYIN_TRY(read(tree.root * page_bytes_, &head, sizeof head));
    const std::uint16_t expected = tree.depth == 1 ? kLeafPage : kBranchPage;
    if (head.number != tree.root || (head.flags & (kLeafPage | kBranchPage)) != expected)
      return damaged("the page a tree begins with is not there");
    return {};
  }

  int file_;
  std::string path_;
  std::uint64_t bytes_;
  std::uint32_t page_bytes_ = 0;
  std::array<HeaderPage, 2> pages_{};
};

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

int Descriptor::release() { return std::exchange(number_, -1); }

Error file_error(int number, const std::string& what, const std::string& path) {
  const std::string why = what + ": " + std::generic_category().message(number);
  switch (number) {
    case ENOSPC:
    case EDQUOT: return error(Code::kStorageFull, why, path, "free space on the disk");
    case EACCES:
    case EPERM:
      return error(Code::kStorage, why, path, "give the program's user the right to read and write it");
    case EROFS:
      return error(Code::kStorage, why, path,
                   "the disk is mounted read-only, often after an error: check it");
    case ENOENT: return error(Code::kNotFound, why, path);
    default: return error(Code::kStorage, why, path, "check the disk");
  }
}

namespace {

Result<FileState> check_file_once(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return FileState{};
    return file_error(errno, "the store file cannot be opened", path);
  }
  struct stat about {};
  if (fstat(file.number(), &about) != 0) return file_error(errno, "the store file cannot be read", path);
  if (!S_ISREG(about.st_mode)) return error(Code::kInvalid, "the store must be a plain file", path);
  if (about.st_size == 0) return FileState{};
  return FileCheck(file.number(), path, static_cast<std::uint64_t>(about.st_size)).run();
}

}  // namespace

Result<FileState> check_file(const std::string& path) {
  // Another process may commit between two of our reads; damage is what stays.
  constexpr int kAttempts = 5;
  auto state = check_file_once(path);
  for (int attempt = 1; attempt < kAttempts && !state.ok() && state.error().code == Code::kDamaged; ++attempt)
    state = check_file_once(path);
  return state;
}

Status sync_parent_folder(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open()) return file_error(errno, "the folder cannot be opened", folder);
  if (fsync(opened.number()) != 0) return file_error(errno, "the folder cannot be made durable", folder);
  return {};
}

}  // namespace huiyin::store
