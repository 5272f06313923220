#pragma once
/// Cases: the office's work on what residents said. The fold turns feedback and ratings that
/// arrive, and what the office does, into one row a case, a list by time, a way from a receipt
/// to its case, and the events shown beside it.
///
/// Threads: the fold runs on the writer thread inside its transaction; the reading functions
/// take any StoreReader.

#include <functional>
#include <optional>
#include <vector>

#include "shared/civic/case_state.hpp"
#include "shared/log/ledger.hpp"
#include "sync-server/desk/events.hpp"

namespace huiyin::desk {

struct RatingRow {
  bool given = false;
  Choice<protocol::Solved> solved;
  std::uint8_t stars = 0;
  std::uint32_t reply_version = 0;
  OfficeTime at;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(given, solved, stars, reply_version, at);
  }
};

struct CaseRow {
  std::uint8_t format = 1;
  CaseId id;
  LedgerOffset record;  ///< of its first record
  DeviceId device;
  CategoryCode category;  ///< 0 while unreadable
  AreaId area;            ///< what it is about
  AreaId zone;            ///< where the replies travel
  std::uint8_t feeling = 0;
  PublicKey receipt;
  std::uint8_t state = 0;  ///< civic::CaseState
  OfficeTime received;
  bool captured_known = false;
  OfficeTime captured_from;  ///< with captured_known; the end is captured_to
  OfficeTime captured_to;
  std::uint32_t replies = 0;
  RatingRow rating;
  bool readable = false;  ///< the routing section could be opened
  bool erased = false;
  StreamVersion version;  ///< head of the case's stream
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, id, record, device, category, area, zone, feeling, receipt, state, received,
            captured_known, captured_from, captured_to, replies, rating, readable, erased, version);
  }
};

enum class CaseEventKind : std::uint8_t {
  kReceived,
  kOpened,
  kAccepted,
  kInProgress,
  kReplied,
  kCorrected,
  kRated,
  kClosed,
  kReopened
};
[[nodiscard]] std::string_view event_word(CaseEventKind kind);

struct CaseEventRow {
  std::uint8_t format = 1;
  std::uint8_t kind = 0;  ///< CaseEventKind
  OfficeTime at;
  Text<64> actor;  ///< sign-in name; empty for the resident
  Text<1000> note;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(format, kind, at, actor, note);
  }
};

/// Opens the routing section of a payload with the office's routing keys; nothing when it cannot
/// be opened. Must give the same answer every time: folds are repeatable.
using OpenRouting = std::function<std::optional<Bytes>(const protocol::RecordHeader&, ByteView payload)>;

class CaseFold final : public log::Fold {
 public:
  CaseFold(const HashPort& hashes, OfficeId office, OpenRouting open_routing)
      : hashes_(hashes), office_(office), open_routing_(std::move(open_routing)) {}
  [[nodiscard]] std::vector<Table> tables() const override;
  [[nodiscard]] Status apply(StoreWriter& writer, const log::LedgerEntry& entry,
                             std::optional<ByteView> body) override;

 private:
  Status apply_feedback(StoreWriter& writer, const log::LedgerEntry& entry, std::optional<ByteView> body);
  Status apply_rating(StoreWriter& writer, const log::LedgerEntry& entry, std::optional<ByteView> body);
  Status apply_act(StoreWriter& writer, const log::LedgerEntry& entry, std::optional<ByteView> body);
  Status remember_boot(StoreWriter& writer, const log::LedgerEntry& entry, std::optional<ByteView> body);

  const HashPort& hashes_;
  OfficeId office_;
  OpenRouting open_routing_;
};

[[nodiscard]] Result<std::optional<CaseRow>> find_case(StoreReader& reader, const CaseId& id);
/// Newest received first, from the case after `after` on (none: from the newest); cases for
/// which `wanted` says no are passed over. `next` is set when there are more.
struct CasePage {
  std::vector<CaseRow> cases;
  std::optional<CaseId> next;
};
[[nodiscard]] Result<CasePage> list_cases(StoreReader& reader,
                                          const std::function<bool(const CaseRow&)>& wanted,
                                          std::optional<CaseId> after, std::size_t count_max);
struct CaseEvent {
  LedgerOffset entry;
  CaseEventRow row;
};
[[nodiscard]] Result<std::vector<CaseEvent>> case_events(StoreReader& reader, const CaseId& id);
struct CaseReply {
  LedgerOffset entry;
  OfficeTime at;
  std::string person;
  CaseReplied act;
};
/// Oldest first; an erased reply is left out.
[[nodiscard]] Result<std::vector<CaseReply>> case_replies(StoreReader& reader, const HashPort& hashes,
                                                          const CaseId& id);
/// By civic::CaseState.
[[nodiscard]] Result<std::vector<std::uint64_t>> case_counts(StoreReader& reader);

/// When a record was captured, by the office's clock, widened by 10 minutes: from the anchor when
/// it is of the record's own boot, else no more than what the device's wall clock claims.
struct CapturedBetween {
  bool known = false;
  OfficeTime from;
  OfficeTime to;
};
[[nodiscard]] CapturedBetween captured_between(const protocol::RecordHeader& header,
                                               const protocol::TimeAnchor& anchor,
                                               const std::optional<BootId>& record_boot, OfficeTime received);

}  // namespace huiyin::desk
