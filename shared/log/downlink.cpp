#include "shared/log/downlink.hpp"

#include "protocol/archive.hpp"
#include "shared/log/tables.hpp"

namespace huiyin::log {

namespace t = device_table;
namespace entry_type = protocol::bucket_entry_type;
using protocol::from_wire;
using protocol::to_wire;

namespace {
Bytes type_key(std::uint16_t type) {
  Bytes key;
  put_big_endian(key, type);
  return key;
}
}  // namespace

Bytes settings_bytes(const civic::CategoryList& list) { return to_wire(list); }
Bytes settings_bytes(const civic::AreaList& list) { return to_wire(list); }
Bytes settings_bytes(const civic::OfficeInfo& info) { return to_wire(info); }

Downlink::Downlink(Store& store, const HashPort& hashes, protocol::KeyRing ring)
    : store_(store), hashes_(hashes), ring_(std::move(ring)) {}

Result<AppliedRound> Downlink::apply(const std::vector<protocol::Delta>& deltas,
                                     const protocol::Checkpoint& checkpoint) {
  AppliedRound round;
  std::optional<protocol::KeyRing> newer;
  HUIYIN_TRY(store_.write([&](StoreWriter& writer) -> Status {
    for (const protocol::Delta& delta : deltas)
      for (const protocol::BucketEntry& entry : delta.entries.items)
        HUIYIN_TRY(apply_entry(writer, delta.bucket, entry, round, newer));
    for (const protocol::BucketPosition& position : checkpoint.positions.items)
      HUIYIN_TRY(writer.put(t::kBuckets, protocol::bucket_key(position.bucket), to_wire(position)));
    return {};
  }));
  if (newer) ring_ = std::move(*newer);
  return round;
}

Status Downlink::apply_entry(StoreWriter& writer, const protocol::Bucket& bucket,
                             const protocol::BucketEntry& entry, AppliedRound& round,
                             std::optional<protocol::KeyRing>& newer) {
  const std::string where = "bucket entry " + std::to_string(entry.offset.value);
  const protocol::KeyRing& trusted = newer ? *newer : ring_;
  if (entry.type == entry_type::kKeyRing) {
    // A ring stands by its root's signature alone: the log key may be what it changes.
    const auto ring = from_wire<protocol::KeyRing>(entry.body.value, where);
    if (!ring.ok()) return ring.error();
    if (ring->version <= trusted.version) return {};
    if (!(ring->root == trusted.root) || !protocol::verify_key_ring(hashes_, *ring))
      return error(Code::kBadSignature, "a key ring that the office's root did not sign", where);
    newer = *ring;
    round.settings_changed = true;
    return writer.put(t::kSettings, type_key(entry.type), entry.body.value);
  }
  if (!protocol::verify_bucket_entry(hashes_, trusted.log, trusted.office, bucket, entry))
    return error(Code::kBadSignature, "the office did not sign what came down", where);
  if (entry.type == entry_type::kReply) {
    const auto reply = from_wire<protocol::ReplyEntry>(entry.body.value, where);
    if (!reply.ok()) return reply.error();
    const auto known = writer.get(t::kReplies, reply->tag.view());
    if (!known.ok()) return known.error();
    if (*known) {
      // The same version again is the same reply, or what a restored office said instead of it.
      const auto older = from_wire<protocol::ReplyEntry>(**known, where);
      if (equal(**known, entry.body.value) || (older.ok() && older->version > reply->version)) return {};
    }
    ++round.replies;
    return writer.put(t::kReplies, reply->tag.view(), entry.body.value);
  }
  // Types that a later version may read are kept as they came.
  round.settings_changed = true;
  return writer.put(t::kSettings, type_key(entry.type), entry.body.value);
}

Status Downlink::load_ring() {
  auto stored = setting<protocol::KeyRing>(entry_type::kKeyRing, "key ring");
  if (!stored.ok()) return stored.error();
  if (!*stored || (*stored)->version <= ring_.version) return {};
  if (!((*stored)->root == ring_.root) || !protocol::verify_key_ring(hashes_, **stored))
    return error(Code::kBadSignature, "the stored key ring is not signed by the office's root", "key ring");
  ring_ = std::move(**stored);
  return {};
}

Result<std::vector<protocol::BucketPosition>> Downlink::positions() {
  std::vector<protocol::BucketPosition> positions;
  HUIYIN_TRY(store_.read([&](StoreReader& reader) {
    return reader.scan(t::kBuckets, {}, [&](ByteView, ByteView value) {
      const auto position = from_wire<protocol::BucketPosition>(value, "bucket position");
      // An unreadable position only means that the bucket is pulled from its start.
      if (position.ok()) positions.push_back(*position);
      return true;
    });
  }));
  return positions;
}

Result<std::optional<protocol::ReplyEntry>> Downlink::find_reply(const ReceiptTag& tag) {
  std::optional<protocol::ReplyEntry> found;
  HUIYIN_TRY(store_.read([&](StoreReader& reader) -> Status {
    const auto value = reader.get(t::kReplies, tag.view());
    if (!value.ok()) return value.error();
    if (!*value) return {};
    auto reply = from_wire<protocol::ReplyEntry>(**value, "reply");
    if (!reply.ok()) return error(Code::kDamaged, reply.error().text(), "replies");
    found = std::move(*reply);
    return {};
  }));
  return found;
}

Result<std::uint64_t> Downlink::reply_count() {
  std::uint64_t count = 0;
  HUIYIN_TRY(store_.read([&](StoreReader& reader) {
    return reader.scan(t::kReplies, {}, [&](ByteView, ByteView) {
      ++count;
      return true;
    });
  }));
  return count;
}

template <class T>
Result<std::optional<T>> Downlink::setting(std::uint16_t type, std::string_view what) {
  std::optional<T> found;
  HUIYIN_TRY(store_.read([&](StoreReader& reader) -> Status {
    const auto value = reader.get(t::kSettings, type_key(type));
    if (!value.ok()) return value.error();
    if (!*value) return {};
    auto parsed = from_wire<T>(**value, what);
    if (!parsed.ok()) return error(Code::kDamaged, parsed.error().text(), std::string(what));
    found = std::move(*parsed);
    return {};
  }));
  return found;
}

Result<std::optional<civic::CategoryList>> Downlink::categories() {
  return setting<civic::CategoryList>(entry_type::kCategories, "categories");
}
Result<std::optional<civic::AreaList>> Downlink::areas() {
  return setting<civic::AreaList>(entry_type::kAreas, "areas");
}
Result<std::optional<civic::OfficeInfo>> Downlink::office_info() {
  return setting<civic::OfficeInfo>(entry_type::kOfficeInfo, "office information");
}

}  // namespace huiyin::log
