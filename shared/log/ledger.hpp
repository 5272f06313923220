#pragma once
/// The office's log: every record and every act of the office in one order.
///
/// One uniqueness rule gives exactly-once: an entry belongs to a stream and has a version in it;
/// (stream, version) is unique. A device's stream is (device, epoch, branch) and its version the
/// record's number: any unseen version is taken, gaps included. An office stream takes only
/// head + 1, so a writer that decided on old knowledge gets kConflict.
///
/// Header and hashes of an entry stay for ever; its payload (a record's payload, an act's body)
/// lies under its own key with its salt and can be erased. The offset is the Merkle leaf index.
///
/// Threads: LedgerWriter lives inside one store transaction on the writer thread; the reading
/// functions take any StoreReader.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/payloads.hpp"
#include "shared/core/crypto_port.hpp"
#include "shared/core/store.hpp"
#include "shared/log/merkle.hpp"

namespace huiyin::log {

/// Numbers are stored: never reused.
enum class StreamKind : std::uint8_t {
  kRecords = 1,
  kCase = 2,
  kDevice = 3,
  kCode = 4,
  kPerson = 5,
  kOffice = 6,
  kErasure = 7
};

struct StreamKey {
  StreamKind kind = StreamKind::kOffice;
  StreamId id;      ///< device, case (first 8 bytes), code, hash of the name; zeros for the office
  EpochId epoch;    ///< record streams only
  BranchId branch;  ///< record streams only; none is the first comer
  friend bool operator==(const StreamKey&, const StreamKey&) = default;
  [[nodiscard]] Bytes bytes() const;  ///< 33
};
[[nodiscard]] StreamKey record_stream(const DeviceId& device, const EpochId& epoch, const BranchId& branch);
[[nodiscard]] StreamKey case_stream(const CaseId& id);
[[nodiscard]] StreamKey device_stream(const DeviceId& id);
[[nodiscard]] StreamKey code_stream(const CodeId& id);
[[nodiscard]] StreamKey person_stream(const HashPort& hashes, std::string_view sign_in_name);
[[nodiscard]] StreamKey office_stream();

struct LedgerEntry {
  LedgerOffset offset;
  StreamKey stream;
  StreamVersion version;
  std::uint16_t type = 0;  ///< record_type for record streams, else act_type
  std::uint16_t revision = 0;
  OfficeTime at;
  std::string actor;  ///< sign-in name; empty for the resident and for the office itself
  Hash hash;          ///< record_hash, or act hash
  Hash digest;        ///< of the payload
  // Records only:
  Bytes header;  ///< header_bytes, so that proofs outlive the payload
  Hash previous;
  protocol::TimeAnchor anchor;
  std::optional<Signature> head;  ///< of the last record of each batch
  std::string quarantined;        ///< why it waits for judgement; folds pass it over
};

/// act hash = BLAKE2b-256("huiyin/act/1" ‖ stream ‖ version ‖ type ‖ revision ‖ time ‖ actor ‖ digest)
struct Act {
  StreamKey stream;
  std::optional<StreamVersion> expected_head;  ///< nothing: whatever it is now
  std::uint16_t type = 0;
  std::uint16_t revision = 1;
  OfficeTime at;
  std::string actor;
  Salt salt;  ///< random
  Bytes body;
};
namespace act_type {
constexpr std::uint16_t kRecordErased = 100;  ///< stream kErasure; body: RecordErased
}
struct RecordErased {
  LedgerOffset offset;
  Text<200> reason;
  Text<200> basis;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(offset, reason, basis);
  }
};

/// A view computed from the ledger: can be emptied and folded again, to the same bytes.
/// `body` is absent when it was erased; apply() must accept that. apply() fails only when the
/// store does: strange contents are skipped, never a reason to stop the ledger.
class Fold {
 public:
  virtual ~Fold() = default;
  [[nodiscard]] virtual std::vector<Table> tables() const = 0;
  [[nodiscard]] virtual Status apply(StoreWriter& writer, const LedgerEntry& entry,
                                     std::optional<ByteView> body) = 0;
};
using Folds = std::vector<Fold*>;

/// Why a verified record should wait for a person's judgement; nothing: take it.
using Judge = std::function<std::optional<std::string>(const protocol::Record&)>;

struct IngestBatch {
  DeviceId device;
  EpochId epoch;
  Hash previous;
  std::vector<protocol::Record> records;
  protocol::TimeAnchor anchor;
  Signature signature;
};
struct IngestOutcome {
  BranchId branch;
  std::vector<protocol::AckRun> runs;
  std::vector<protocol::AckException> exceptions;
};

class LedgerWriter {
 public:
  [[nodiscard]] static Result<LedgerWriter> begin(StoreWriter& writer, const HashPort& hashes,
                                                  const Folds& folds);

  [[nodiscard]] Result<LedgerEntry> append_act(const Act& act);
  /// Verified records of one device and epoch. Forks open a branch named by the first record
  /// that differs; both branches are kept and folded.
  [[nodiscard]] Result<IngestOutcome> ingest(const IngestBatch& batch, OfficeTime at, const Judge& judge);
  /// Removes the payload, appends record-erased, and folds every view again, so that a view is
  /// always what the ledger as it now is folds to.
  [[nodiscard]] Status erase(LedgerOffset offset, const std::string& reason, const std::string& basis,
                             const std::string& actor, OfficeTime at, const Salt& salt);
  /// Must be called last: writes size and frontier.
  [[nodiscard]] Status finish();

  [[nodiscard]] std::uint64_t size() const { return tree_.size(); }
  [[nodiscard]] Hash root() const { return tree_.root(hashes_); }

 private:
  LedgerWriter(StoreWriter& writer, const HashPort& hashes, const Folds& folds)
      : writer_(writer), hashes_(hashes), folds_(folds) {}
  Status append(LedgerEntry& entry, const Salt& salt, ByteView body);

  StoreWriter& writer_;
  const HashPort& hashes_;
  const Folds& folds_;
  MerkleFrontier tree_;
};

// --- reading
struct LedgerState {
  std::uint64_t size = 0;
  Hash root;
  std::uint64_t backed_up_size = 0;
};
[[nodiscard]] Result<LedgerState> ledger_state(StoreReader& reader, const HashPort& hashes);
[[nodiscard]] Result<LedgerEntry> ledger_entry(StoreReader& reader, LedgerOffset offset);
/// Nothing when it was erased. The salt is checked against the digest: kDamaged.
[[nodiscard]] Result<std::optional<Bytes>> ledger_payload(StoreReader& reader, const HashPort& hashes,
                                                          const LedgerEntry& entry);
/// The newest version of a stream; 0 when there is none.
[[nodiscard]] Result<StreamVersion> stream_head(StoreReader& reader, const StreamKey& stream);
/// What the office has, contiguous from the first record, of those epochs of a device (branch 0).
[[nodiscard]] Result<List<protocol::EpochPosition, 64>> device_positions(
    StoreReader& reader, const DeviceId& device, const List<protocol::EpochPosition, 64>& epochs);
/// Entries from an offset on, in order, with their payload, while `visit` returns true.
using LedgerVisit = std::function<bool(const LedgerEntry&, std::optional<ByteView> body)>;
[[nodiscard]] Status read_ledger(StoreReader& reader, LedgerOffset from, const LedgerVisit& visit);

/// Empties the folds' tables and folds the whole ledger again.
[[nodiscard]] Status rebuild(StoreWriter& writer, const Folds& folds);

/// Walks everything: hashes, chains, digests, streams, tree. Findings in words.
struct LedgerVerified {
  std::uint64_t entries = 0;
  std::uint64_t erased = 0;
  std::uint64_t findings = 0;
  Hash root;
};
[[nodiscard]] Result<LedgerVerified> verify_ledger(StoreReader& reader, const HashPort& hashes,
                                                   const std::function<void(const std::string&)>& finding);

}  // namespace huiyin::log
