#pragma once
/// Buckets: the ordered streams of what goes down to the devices. The fold puts replies and
/// published settings into their bucket; reading cuts a round for one Pull.

#include <set>
#include <vector>

#include "shared/civic/rules.hpp"
#include "shared/log/ledger.hpp"
#include "sync-server/desk/events.hpp"

namespace huiyin::desk {

class BucketFold final : public log::Fold {
 public:
  [[nodiscard]] std::vector<Table> tables() const override;
  [[nodiscard]] Status apply(StoreWriter& writer, const log::LedgerEntry& entry,
                             std::optional<ByteView> body) override;
  /// Whether something was added since the last call; writer thread.
  [[nodiscard]] bool take_changed() { return std::exchange(changed_, false); }

 private:
  Status add(StoreWriter& writer, const protocol::Bucket& bucket, std::uint16_t type, Bytes body,
             const Signature& signature);
  bool changed_ = false;
};

/// What a device follows: everyone, its area and every area above it, its reply zone, itself.
[[nodiscard]] std::vector<protocol::Bucket> buckets_of(const civic::Rules& rules, const DeviceId& device,
                                                       AreaId area, AreaId reply_zone);

/// One round after those places, at most about `bytes_max`; positions say where it leads.
struct BucketRound {
  std::vector<protocol::Delta> deltas;
  std::vector<protocol::BucketPosition> now_at;
};
[[nodiscard]] Result<BucketRound> read_buckets(StoreReader& reader,
                                               const std::vector<protocol::BucketPosition>& from,
                                               std::size_t bytes_max);

/// The newest settings of that type in that bucket, to publish only what changed.
[[nodiscard]] Result<std::optional<Bytes>> newest_settings(StoreReader& reader,
                                                           const protocol::Bucket& bucket,
                                                           std::uint16_t type);

}  // namespace huiyin::desk
