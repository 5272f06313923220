#include "sync-server/desk/downlink/buckets.hpp"

#include <algorithm>

#include "shared/log/tables.hpp"
#include "sync-server/desk/rows.hpp"

namespace huiyin::desk {

namespace t = log::office_table;
using protocol::Bucket;
using protocol::BucketEntry;
using protocol::BucketPosition;

namespace {
Bytes entry_key(const Bucket& bucket, std::uint64_t offset) {
  Bytes key = protocol::bucket_key(bucket);
  put_big_endian(key, offset);
  return key;
}
}  // namespace

std::vector<Table> BucketFold::tables() const { return {t::kBucketEntries, t::kBucketHeads}; }

Status BucketFold::add(StoreWriter& writer, const Bucket& bucket, std::uint16_t type, Bytes body,
                       const Signature& signature) {
  const Bytes head_key = protocol::bucket_key(bucket);
  const auto head = writer.get(t::kBucketHeads, head_key);
  if (!head.ok()) return head.error();
  const std::uint64_t offset =
      (*head && (*head)->size() == 8 ? get_big_endian<std::uint64_t>(**head) : 0) + 1;
  BucketEntry entry{{offset}, type, {std::move(body)}, signature};
  HUIYIN_TRY(put_row(writer, t::kBucketEntries, entry_key(bucket, offset), entry));
  changed_ = true;
  return writer.put(t::kBucketHeads, head_key, log::key_of(offset));
}

Status BucketFold::apply(StoreWriter& writer, const log::LedgerEntry& entry, std::optional<ByteView> body) {
  if (!body) return {};
  if (entry.stream.kind == log::StreamKind::kCase && entry.type == act::kCaseReplied) {
    const auto reply = protocol::from_wire<CaseReplied>(*body, "reply");
    if (!reply.ok()) return {};
    return add(writer, protocol::bucket_for_area(reply->zone), protocol::bucket_entry_type::kReply,
               reply->entry.value, reply->signature);
  }
  if (entry.stream.kind == log::StreamKind::kOffice && entry.type == act::kSettingsPublished) {
    const auto settings = protocol::from_wire<SettingsPublished>(*body, "settings");
    if (!settings.ok()) return {};
    return add(writer, settings->bucket, settings->type, settings->body.value, settings->signature);
  }
  return {};
}

std::vector<Bucket> buckets_of(const civic::Rules& rules, const DeviceId& device, AreaId area,
                               AreaId reply_zone) {
  std::vector<Bucket> buckets{protocol::bucket_for_everyone(), protocol::bucket_for_device(device)};
  const auto follow = [&](AreaId id) {
    const Bucket bucket = protocol::bucket_for_area(id);
    if (std::find(buckets.begin(), buckets.end(), bucket) == buckets.end()) buckets.push_back(bucket);
  };
  follow(area);
  for (const civic::Area* above : rules.with_ancestors(area)) follow(above->id);
  follow(reply_zone);
  return buckets;
}

Result<BucketRound> read_buckets(StoreReader& reader, const std::vector<BucketPosition>& from,
                                 std::size_t bytes_max) {
  BucketRound round;
  std::size_t bytes = 0;
  for (BucketPosition position : from) {
    const Bytes prefix = protocol::bucket_key(position.bucket);
    protocol::Delta delta{position.bucket, {}};
    std::size_t delta_bytes = 0;
    // A delta must fit a frame, a round the limit: what is left over comes with the next Pull.
    constexpr std::size_t kDeltaBytesMax = 128 * 1024;
    HUIYIN_TRY(
        reader.scan(t::kBucketEntries, entry_key(position.bucket, position.after.value + 1),
                    [&](ByteView key, ByteView value) {
                      if (!starts_with(key, prefix) || bytes + value.size() > bytes_max) return false;
                      if (delta.entries.items.size() == limits::kDeltaEntriesMax ||
                          delta_bytes + value.size() > kDeltaBytesMax) {
                        round.deltas.push_back(std::exchange(delta, protocol::Delta{position.bucket, {}}));
                        delta_bytes = 0;
                      }
                      auto entry = protocol::from_wire<BucketEntry>(value, "bucket entry");
                      if (!entry.ok()) return false;
                      position.after = entry->offset;
                      bytes += value.size();
                      delta_bytes += value.size();
                      delta.entries.items.push_back(std::move(*entry));
                      return true;
                    }));
    if (!delta.entries.items.empty()) round.deltas.push_back(std::move(delta));
    round.now_at.push_back(position);
  }
  return round;
}

Result<std::optional<Bytes>> newest_settings(StoreReader& reader, const Bucket& bucket, std::uint16_t type) {
  std::optional<Bytes> newest;
  HUIYIN_TRY(
      scan_prefix(reader, t::kBucketEntries, protocol::bucket_key(bucket), [&](ByteView, ByteView value) {
        auto entry = protocol::from_wire<BucketEntry>(value, "bucket entry");
        if (entry.ok() && entry->type == type) newest = std::move(entry->body.value);
        return true;
      }));
  return newest;
}

}  // namespace huiyin::desk
