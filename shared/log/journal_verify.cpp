/// The journal checked whole.

#include "shared/log/journal_read.hpp"

namespace huiyin::log {

namespace t = device_table;
using protocol::from_wire;

namespace {

/// What an epoch's row and its first record say of each other and of the epoch before.
void check_epoch(const EpochSpan& span, const EpochSpan* before, const Hash& before_hash,
                 const protocol::Record& first, const std::function<void(const std::string&)>& report) {
  const std::string name = "epoch " + span.row.epoch.text();
  const auto payload = protocol::split_payload(first.payload);
  const auto open = payload.ok() ? from_wire<protocol::EpochOpen>(payload->clear, name)
                                 : Result<protocol::EpochOpen>(payload.error());
  if (first.header.type != protocol::record_type::kEpochOpen || !open.ok())
    return report(name + " does not begin with the record that opens it");
  if (!(open->boot == span.row.boot)) report(name + " was opened in another boot than its row says");
  const EpochId parent = before != nullptr ? before->row.epoch : EpochId{};
  const Seq through = before != nullptr ? before->last : Seq{};
  if (!(open->parent == parent) || open->parent_through != through || !(open->parent_hash == before_hash))
    report(name + " does not continue the epoch before it");
}

struct JournalCheck {
  StoreReader& reader;
  const HashPort& hashes;
  const PublicKey& key;
  const OfficeId& office;
  const std::function<void(const std::string&)>& report;

  /// The record if it is whole; what is wrong with it goes to `report`.
  std::optional<protocol::Record> record(const EpochSpan& span, Seq seq) const {
    const std::string name = "record " + std::to_string(seq.value);
    auto sendable = read_sendable(reader, hashes, span.row.epoch, seq);
    if (!sendable.ok()) {
      report(sendable.error().text());
      return std::nullopt;
    }
    const protocol::Record& found = sendable->whole.record;
    if (!(found.header.epoch == span.row.epoch)) report(name + " says it is of another epoch");
    if (!protocol::verify_head(hashes, key, office, found.header, found.hash, sendable->whole.head))
      report(name + " has a signature that does not fit");
    return std::move(sendable->whole.record);
  }
  /// Rows of the payload table that no record leads to.
  Status strays(Seq last) const {
    return reader.scan(t::kPayloads, key_of(last.value + 1), [&](ByteView at, ByteView) {
      report("a payload without its record: " + hex(at));
      return true;
    });
  }
};

}  // namespace

Result<Journal::Verified> Journal::verify(Store& store, const HashPort& hashes, const PublicKey& key,
                                          const OfficeId& office,
                                          const std::function<void(const std::string&)>& finding) {
  Verified verified;
  const std::function<void(const std::string&)> report = [&](const std::string& text) {
    ++verified.findings;
    finding(text);
  };
  HUIYIN_TRY(store.read([&](StoreReader& reader) -> Status {
    const JournalCheck check{reader, hashes, key, office, report};
    const auto newest = reader.last(t::kRecords);
    if (!newest.ok()) return newest.error();
    const Seq last{*newest ? get_big_endian<std::uint64_t>((*newest)->first) : 0};
    HUIYIN_TRY(check.strays(last));
    const auto spans = epoch_spans(reader, last);
    if (!spans.ok()) {
      if (spans.error().code != Code::kDamaged) return spans.error();
      report(spans.error().text());
      return {};
    }
    if (last.value != 0 && (spans->empty() || spans->front().row.first.value != 1))
      report("the table of epochs does not begin with the first record");
    const EpochSpan* before = nullptr;
    Hash previous;
    for (const EpochSpan& span : *spans) {
      ++verified.epochs;
      if (span.row.first > span.last) report("epoch " + span.row.epoch.text() + " has no records");
      for (std::uint64_t seq = span.row.first.value; seq <= span.last.value; ++seq) {
        ++verified.records;
        const auto record = check.record(span, Seq{seq});
        if (record && seq == span.row.first.value) check_epoch(span, before, previous, *record, report);
        previous = record ? record->hash : Hash{};
      }
      before = &span;
    }
    return {};
  }));
  return verified;
}

}  // namespace huiyin::log
