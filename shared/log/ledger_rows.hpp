#pragma once
/// How the ledger lies in its tables, for the .cpp files of the ledger alone.

#include <map>

#include "protocol/archive.hpp"
#include "shared/log/ledger.hpp"
#include "shared/log/tables.hpp"

namespace huiyin::log {

inline constexpr std::string_view kTreeKey = "tree";
inline constexpr std::string_view kBackedUpKey = "backed-up-size";
inline constexpr std::size_t kActorBytesMax = 64;
inline constexpr std::size_t kReasonBytesMax = 200;  ///< of an erasure

struct EntryRow {
  std::uint8_t format = 1;
  std::uint8_t kind = 0;
  StreamId id;
  EpochId epoch;
  BranchId branch;
  StreamVersion version;
  std::uint16_t type = 0;
  std::uint16_t revision = 0;
  OfficeTime at;
  Text<kActorBytesMax> actor;
  Hash hash;
  Hash digest;
  Blob<700> header;
  Hash previous;
  protocol::TimeAnchor anchor;
  Blob<64> head;
  Text<200> quarantined;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, kind, id, epoch, branch, version, type, revision, at, actor, hash, digest);
    if (kind == static_cast<std::uint8_t>(StreamKind::kRecords))
      archive(header, previous, anchor, head, quarantined);
  }
};
struct StreamHead {
  std::uint8_t format = 1;
  StreamVersion head;  ///< the greatest version
  // Record streams: contiguous from the first record of the epoch, once that has come.
  bool has_first = false;
  StreamVersion through;
  Hash through_hash;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, head, has_first, through, through_hash);
  }
};
struct Slot {
  LedgerOffset offset;
  Hash hash;
};

[[nodiscard]] Bytes slot_key(const StreamKey& stream, StreamVersion version);
[[nodiscard]] Result<std::optional<Slot>> find_slot(StoreReader& reader, const StreamKey& stream,
                                                    StreamVersion version);
[[nodiscard]] Result<StreamHead> read_head(StoreReader& reader, const StreamKey& stream);
[[nodiscard]] EntryRow row_of(const LedgerEntry& entry);
[[nodiscard]] Result<LedgerEntry> entry_of(LedgerOffset offset, ByteView value);
[[nodiscard]] Hash act_hash(const HashPort& hashes, const LedgerEntry& entry);
/// What a leaf commits to besides the hash: where the entry stands, when it came, and what came
/// with a record that its hash does not cover (anchor, head signature, quarantine).
[[nodiscard]] Hash leaf_hash(const HashPort& hashes, const LedgerEntry& entry);
/// The tree as finish() wrote it.
[[nodiscard]] Result<MerkleFrontier> read_tree(StoreReader& reader);
[[nodiscard]] StreamId stream_id(ByteView bytes);
/// Moves the contiguous mark over everything that is there and continues the same chain: what
/// came into a gap of the first branch may be of another history.
[[nodiscard]] Status advance(StoreReader& reader, const StreamKey& stream, StreamHead& head);

}  // namespace huiyin::log
