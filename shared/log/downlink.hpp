#pragma once
/// What came down: the device's copy of its buckets. A round (deltas and their checkpoint) is
/// applied in one transaction or not at all; every entry's signature is checked first.
///
/// Thread: the one that owns the store's writes.

#include <optional>
#include <vector>

#include "protocol/payloads.hpp"
#include "shared/civic/rules.hpp"
#include "shared/core/crypto_port.hpp"
#include "shared/core/store.hpp"

namespace huiyin::log {

struct AppliedRound {
  std::size_t replies = 0;
  bool settings_changed = false;  ///< key ring, categories, areas or office information
};

class Downlink {
 public:
  /// `ring` is what the device trusts now; a newer, well signed ring replaces it.
  Downlink(Store& store, const HashPort& hashes, protocol::KeyRing ring);

  /// After opening: trusts the newest ring that came down in an earlier run. kBadSignature when the
  /// root did not sign what is stored.
  [[nodiscard]] Status load_ring();
  [[nodiscard]] Result<AppliedRound> apply(const std::vector<protocol::Delta>& deltas,
                                           const protocol::Checkpoint& checkpoint);
  [[nodiscard]] Result<std::vector<protocol::BucketPosition>> positions();
  /// The newest version of the reply for that tag.
  [[nodiscard]] Result<std::optional<protocol::ReplyEntry>> find_reply(const ReceiptTag& tag);
  [[nodiscard]] Result<std::uint64_t> reply_count();

  /// The newest that came; nothing before the first contact.
  [[nodiscard]] Result<std::optional<civic::CategoryList>> categories();
  [[nodiscard]] Result<std::optional<civic::AreaList>> areas();
  [[nodiscard]] Result<std::optional<civic::OfficeInfo>> office_info();
  [[nodiscard]] const protocol::KeyRing& ring() const { return ring_; }

 private:
  Status apply_entry(StoreWriter& writer, const protocol::Bucket& bucket, const protocol::BucketEntry& entry,
                     AppliedRound& round, std::optional<protocol::KeyRing>& newer);
  template <class T>
  Result<std::optional<T>> setting(std::uint16_t type, std::string_view what);

  Store& store_;
  const HashPort& hashes_;
  protocol::KeyRing ring_;
};

// The bytes of what is published as settings.
[[nodiscard]] Bytes settings_bytes(const civic::CategoryList& list);
[[nodiscard]] Bytes settings_bytes(const civic::AreaList& list);
[[nodiscard]] Bytes settings_bytes(const civic::OfficeInfo& info);

}  // namespace huiyin::log
