#pragma once
/// Reading the journal's rows, for the .cpp files of the journal alone. A row that cannot be read
/// is kDamaged: it was written by us.

#include <optional>
#include <vector>

#include "shared/log/journal.hpp"
#include "shared/log/journal_rows.hpp"
#include "shared/log/tables.hpp"

namespace huiyin::log {

inline constexpr std::string_view kAnchorKey = "anchor";
inline constexpr std::string_view kOfficeEpochKey = "office-epoch";

template <class Row>
Result<Row> parse_row(ByteView value, std::string_view what) {
  auto row = protocol::from_wire<Row>(value, what);
  if (!row.ok()) return error(Code::kDamaged, row.error().text(), std::string(what));
  if constexpr (requires { row->format; })
    if (row->format != 1) return error(Code::kDamaged, "a row of an unknown format", std::string(what));
  return row;
}

template <class Row>
Result<std::optional<Row>> get_row(StoreReader& reader, Table table, ByteView key, std::string_view what) {
  auto value = reader.get(table, key);
  if (!value.ok()) return value.error();
  if (!*value) return std::optional<Row>{};
  auto row = parse_row<Row>(**value, what);
  if (!row.ok()) return row.error();
  return std::optional<Row>(std::move(*row));
}

/// Whole steps of 10 minutes, clamped into the header's 32 bits.
[[nodiscard]] std::uint32_t steps32(std::int64_t ms);
[[nodiscard]] Bytes seed_key(const EpochId& epoch, Seq seq);

struct WholeRecord {
  protocol::Record record;
  Signature head;
};

/// The hash that the record of that number continues: zeros for the first of an epoch.
[[nodiscard]] Result<Hash> hash_before(StoreReader& reader, Seq seq);
/// The record of that number with everything checked but its signature.
[[nodiscard]] Result<WholeRecord> read_record(StoreReader& reader, const HashPort& hashes, Seq seq);
[[nodiscard]] Result<std::vector<EpochRow>> all_epochs(StoreReader& reader);

struct EpochSpan {
  EpochRow row;
  Seq last;
};
[[nodiscard]] Result<std::vector<EpochSpan>> epoch_spans(StoreReader& reader, Seq last);
/// The highest number of [first, last] such that everything up to it is acknowledged by the
/// office epoch; first - 1 when nothing is.
[[nodiscard]] Result<Seq> acknowledged_through(StoreReader& reader, const OfficeEpoch& office_epoch,
                                               Seq first, Seq last);

struct Sendable {
  WholeRecord whole;
  SaltSeed seed;
  Hash previous;
};
/// A record with all that a batch needs of it; kDamaged when the office could not verify it.
[[nodiscard]] Result<Sendable> read_sendable(StoreReader& reader, const HashPort& hashes,
                                             const EpochId& epoch, Seq seq);

}  // namespace huiyin::log
