#pragma once
/// The device's own log: append-only, hash-chained per epoch, signed at every save.
///
/// Thread: all calls on the one thread that owns the store's writes. Lifetime: the store, the
/// ports and the signer outlive it.
/// Promises: append() returns after the record is durable; a number is never given twice; the
/// first record after every new boot opens an epoch, and so does a journal that the office knows
/// to be ahead or to differ; nothing is forgotten before a verified ack covers it.

#include <functional>
#include <optional>
#include <vector>

#include "protocol/edge_session.hpp"
#include "protocol/payloads.hpp"
#include "shared/core/crypto_port.hpp"
#include "shared/core/sequence_set.hpp"
#include "shared/core/store.hpp"

namespace huiyin::log {

/// Fills with bytes nobody can guess. An argument, since nothing here draws by itself.
using RandomFill = std::function<void(std::span<std::uint8_t>)>;

/// The device's clocks at one moment.
struct ClockReading {
  BootId boot;
  BootTime boot_time;
  WallTime wall_time;
};

/// What is to be recorded; the journal adds number, epoch, times, hash and signature.
struct Capture {
  std::uint16_t type = 0;
  std::uint16_t revision = 1;
  FormId form;
  AreaId area;
  SealGeneration generation;  ///< 0 when nothing is sealed
  /// Makes the payload once number and epoch are known: a seal is bound to them (seal_aad).
  std::function<Result<Bytes>(const protocol::RecordHeader&)> payload;
};

struct Saved {
  EpochId epoch;
  Seq seq;
  Hash hash;
};

struct JournalCounts {
  std::uint64_t saved = 0;         ///< records, epoch openings included
  std::uint64_t acknowledged = 0;  ///< durable at the office, by a verified ack of its present epoch
  std::uint64_t backed_up = 0;
  std::uint64_t refused = 0;  ///< rejected or quarantined: kept here and shown
  [[nodiscard]] std::uint64_t unsent() const { return saved - acknowledged; }
};

struct VerdictRow {
  Seq seq;
  protocol::Verdict verdict = protocol::Verdict::kAccepted;
  std::string reason;
};

class Journal {
 public:
  struct Setup {
    Store& store;
    const HashPort& hashes;
    const SignPort& key;
    OfficeId office;
    AreaId area;
    RandomFill random;
  };
  /// Opens the journal and, after a new boot, an epoch. kDamaged when the newest record is not
  /// what was written.
  [[nodiscard]] static Result<Journal> open(Setup setup, const ClockReading& clock);

  [[nodiscard]] Result<Saved> append(const Capture& capture, const ClockReading& clock);

  /// What Hello states.
  [[nodiscard]] Result<List<protocol::EpochPosition, 64>> positions();
  /// Where to begin after this Welcome. When the office is ahead of us or has another history in
  /// the present epoch, a new epoch is opened first: the old one is sent as what it is. What the
  /// office holds but never acknowledged is offered again, since only a signed ack counts.
  [[nodiscard]] Result<std::vector<protocol::ResumePoint>> resume(const protocol::Welcome& welcome,
                                                                  const ClockReading& clock);
  /// Leaves out records that are damaged on our disk; nothing when there is nothing to send.
  [[nodiscard]] Result<std::optional<protocol::Push>> next_batch(const protocol::ResumePoint& from);

  /// The ack was verified by the session. Union with what is known of the same office epoch; an
  /// ack of a new office epoch begins anew, one of an epoch that is past is only kept. It speaks
  /// about the records of its own epoch and no others, whatever their numbers.
  [[nodiscard]] Status store_ack(const protocol::Ack& ack);

  [[nodiscard]] Result<JournalCounts> counts();
  [[nodiscard]] Result<std::vector<VerdictRow>> verdicts(std::size_t count_max);

  /// The last trusted office time; travels with every batch.
  [[nodiscard]] Status set_anchor(OfficeTime office_time, const ClockReading& clock,
                                  const OfficeEpoch& epoch);
  [[nodiscard]] Result<OfficeEpoch> known_office_epoch();
  /// The office time of that anchor, to 10 minutes; nothing before the first.
  [[nodiscard]] Result<std::optional<OfficeTime>> last_contact();

  [[nodiscard]] const EpochId& epoch() const { return epoch_; }
  [[nodiscard]] Seq last() const { return last_; }
  [[nodiscard]] const DeviceId& device() const { return device_; }

  /// One record, its hash checked; kNotFound, kDamaged.
  [[nodiscard]] Result<protocol::Record> read(Seq seq);

  /// Walks everything: hashes, chain, signatures. Reports every finding through `finding`.
  struct Verified {
    std::uint64_t records = 0;
    std::uint64_t epochs = 0;
    std::uint64_t findings = 0;
  };
  [[nodiscard]] static Result<Verified> verify(Store& store, const HashPort& hashes, const PublicKey& key,
                                               const OfficeId& office,
                                               const std::function<void(const std::string&)>& finding);

 private:
  explicit Journal(Setup setup);
  Status load();
  Status meet_office_epoch(const protocol::Welcome& welcome, const std::vector<SequenceSet::Run>& held);
  Status open_epoch(protocol::EpochReason reason, const ClockReading& clock);
  Result<Saved> append_in_epoch(const Capture& capture, const ClockReading& clock);
  Result<SaltSeed> seed_for(StoreWriter& writer, Seq seq);

  Setup setup_;
  DeviceId device_;
  EpochId epoch_;
  BootId epoch_boot_;
  Seq epoch_first_;
  Seq last_;
  Hash last_hash_;
};

}  // namespace huiyin::log
