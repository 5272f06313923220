#pragma once
/// Reading and writing one row of a view; for the .cpp files of the desk.

#include <optional>
#include <vector>

#include "protocol/archive.hpp"
#include "shared/core/store.hpp"

namespace huiyin::desk {

template <class Row>
[[nodiscard]] Result<std::optional<Row>> get_row(StoreReader& reader, Table table, ByteView key,
                                                 std::string_view what) {
  const auto value = reader.get(table, key);
  if (!value.ok()) return value.error();
  if (!*value) return std::optional<Row>{};
  auto row = protocol::from_wire<Row>(**value, what);
  if (!row.ok())
    return error(Code::kDamaged, row.error().text(), std::string(what), "run: huiyin verify ledger");
  return std::optional<Row>(std::move(*row));
}

template <class Row>
[[nodiscard]] Status put_row(StoreWriter& writer, Table table, ByteView key, const Row& row) {
  return writer.put(table, key, protocol::to_wire(row));
}

/// Every row of a table, in key order.
template <class Row>
[[nodiscard]] Result<std::vector<Row>> all_rows(StoreReader& reader, Table table, std::string_view what) {
  std::vector<Row> rows;
  Status bad;
  HUIYIN_TRY(reader.scan(table, {}, [&](ByteView, ByteView value) {
    auto row = protocol::from_wire<Row>(value, what);
    if (!row.ok()) {
      bad = error(Code::kDamaged, row.error().text(), std::string(what), "run: huiyin verify ledger");
      return false;
    }
    rows.push_back(std::move(*row));
    return true;
  }));
  HUIYIN_TRY(bad);
  return rows;
}

}  // namespace huiyin::desk
