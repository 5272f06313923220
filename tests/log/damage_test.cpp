/// Every byte that a log keeps is turned, one at a time: verification must find each.

#include "tests/log/world.hpp"

namespace huiyin::log::testing {
namespace {

struct Row {
  Table table = 0;
  Bytes key;
  Bytes value;
};

std::vector<Row> rows_of(Store& disk, std::initializer_list<Table> tables) {
  std::vector<Row> rows;
  for (const Table table : tables) {
    const Status status = disk.read([&](StoreReader& reader) {
      return reader.scan(table, {}, [&](ByteView key, ByteView value) {
        rows.push_back({table, to_bytes(key), to_bytes(value)});
        return true;
      });
    });
    EXPECT_TRUE(status.ok());
  }
  return rows;
}

void put(Store& disk, const Row& row, const Bytes& value) {
  ASSERT_TRUE(disk.write([&](StoreWriter& writer) { return writer.put(row.table, row.key, value); }).ok());
}

/// Calls `is_found` with each byte of each row turned, and with each row gone.
void turn_everything(Store& disk, const std::vector<Row>& rows, std::size_t stride,
                     const std::function<bool()>& is_found) {
  ASSERT_FALSE(is_found()) << "findings without damage";
  for (const Row& row : rows) {
    const std::string name = "table " + std::to_string(row.table) + " key " + hex(row.key);
    for (std::size_t at = 0; at < row.value.size(); at += stride) {
      Bytes turned = row.value;
      turned[at] = static_cast<std::uint8_t>(turned[at] ^ (1U << (at % 8)));
      put(disk, row, turned);
      EXPECT_TRUE(is_found()) << name << " byte " << at << " of " << row.value.size();
    }
    ASSERT_TRUE(disk.write([&](StoreWriter& writer) { return writer.erase(row.table, row.key); }).ok());
    EXPECT_TRUE(is_found()) << name << " gone";
    put(disk, row, row.value);
  }
}

TEST(JournalDamage, Verification_finds_every_turned_byte_and_every_missing_row) {
  Device device("kiosk");
  {
    auto journal = device.open();
    ASSERT_OK(journal);
    ASSERT_OK(device.save(*journal, "an answer"));
  }
  device.reboot("boot 2");
  auto journal = device.open();
  ASSERT_OK(journal);
  ASSERT_OK(device.save(*journal, "another"));
  const auto rows = rows_of(device.own, {device_table::kRecords, device_table::kPayloads,
                                         device_table::kEpochs, device_table::kSaltSeeds});
  turn_everything(device.own, rows, 1, [&] {
    const auto verified = Journal::verify(device.own, hashes(), device.key.public_key(), office_id(),
                                          [](const std::string&) {});
    return !verified.ok() || verified->findings > 0;
  });
}

TEST(JournalDamage, Damaged_newest_record_is_seen_at_open) {
  Device device("kiosk");
  {
    auto journal = device.open();
    ASSERT_OK(journal);
    ASSERT_OK(device.save(*journal, "one"));
    ASSERT_OK(device.save(*journal, "two"));
  }
  for (const Table table : {device_table::kRecords, device_table::kPayloads}) {
    const Row newest = rows_of(device.own, {table}).back();
    for (std::size_t at = 0; at < newest.value.size(); ++at) {
      Bytes turned = newest.value;
      turned[at] ^= 0x10U;
      put(device.own, newest, turned);
      const auto opened = device.open();
      ASSERT_FALSE(opened.ok()) << "table " << int{table} << " byte " << at;
      EXPECT_EQ(opened.error().code, Code::kDamaged);
    }
    put(device.own, newest, newest.value);
  }
  EXPECT_TRUE(device.open().ok());
}

TEST(JournalDamage, Damaged_record_does_not_hold_up_those_behind_it) {
  struct Damage {
    Table table;
    std::size_t from_end;
    std::uint64_t next;  ///< the first record behind it that can be proved
  };
  // A turned payload takes one record; a turned hash also the record that continues it.
  for (const Damage& damage :
       {Damage{device_table::kPayloads, 1, 6}, Damage{device_table::kRecords, 65, 7}}) {
    Device device("kiosk");
    Office office;
    auto journal = device.open();
    ASSERT_OK(journal);
    while (journal->last().value < 10) ASSERT_OK(device.save(*journal, "x"));
    const Row row = rows_of(device.own, {damage.table})[4];  // number 5
    Bytes turned = row.value;
    turned[turned.size() - damage.from_end] ^= 1U;
    put(device.own, row, turned);
    ASSERT_FALSE(journal->read({5}).ok());
    EXPECT_EQ(journal->read({5}).error().code, Code::kDamaged);
    const auto before = journal->next_batch({journal->epoch(), {0}, true});
    ASSERT_OK(before);
    EXPECT_EQ((*before)->batch.shape_of.items.size(), 4U);
    ASSERT_OK(office.take(device, **before, {}));
    const auto behind = journal->next_batch({journal->epoch(), {4}, true});
    ASSERT_OK(behind);
    EXPECT_EQ((*behind)->batch.base.value, damage.next);
    ASSERT_EQ((*behind)->batch.previous.value.size(), Hash::kSize) << "the office lacks what is before it";
    ASSERT_OK(office.take(device, **behind, Hash::prefix((*behind)->batch.previous.value)));
    EXPECT_EQ(office.record_counts().size(), 10 - (damage.next - 5));
  }
}

TEST(LedgerDamage, Verification_finds_every_turned_byte_and_every_missing_row) {
  Device device("kiosk");
  Office office;
  auto journal = device.open();
  ASSERT_OK(journal);
  while (journal->last().value < 4) ASSERT_OK(device.save(*journal, "x"));
  ASSERT_OK(journal->set_anchor({99 * kCoarseMs}, device.clock, office.epoch));
  IngestBatch batch = batch_of(device, *journal, 1, 4);
  batch.anchor.office_steps = 99;
  ASSERT_OK(office.take(batch, [](const protocol::Record& record) -> std::optional<std::string> {
    if (record.header.seq.value == 3) return "strange";
    return std::nullopt;
  }));
  ASSERT_OK(office.write([&](LedgerWriter& ledger) -> Status {
    Act act;
    act.stream = case_stream(id_named<CaseId>("case"));
    act.type = 200;
    act.at = {77};
    act.actor = "li";
    act.salt = id_named<Salt>("s");
    act.body = {1, 2, 3};
    HUIYIN_TRY(ledger.append_act(act));
    return ledger.erase({1}, "r", "b", "li", {6}, id_named<Salt>("t"));
  }));
  const auto rows = rows_of(office.own, {office_table::kEntries, office_table::kPayloads,
                                         office_table::kStreams, office_table::kHeads, office_table::kMeta});
  turn_everything(office.own, rows, 1, [&] { return !office.findings().empty(); });
}

TEST(LedgerDamage, Payload_that_went_without_an_act_is_found_although_another_was_erased_twice) {
  Device device("kiosk");
  Office office;
  auto journal = device.open();
  ASSERT_OK(journal);
  while (journal->last().value < 3) ASSERT_OK(device.save(*journal, "x"));
  ASSERT_OK(office.take(batch_of(device, *journal, 1, 3)));
  for (int i = 0; i < 2; ++i)
    ASSERT_OK(office.write([&](LedgerWriter& ledger) { return ledger.erase({1}, "r", "b", "li", {6}, {}); }));
  EXPECT_TRUE(office.findings().empty());
  ASSERT_TRUE(
      office.own.write([](StoreWriter& writer) { return writer.erase(office_table::kPayloads, key_of(2)); })
          .ok());
  EXPECT_FALSE(office.findings().empty());
}

TEST(LedgerDamage, Broken_frontier_is_an_error_and_not_a_crash) {
  Office office;
  ASSERT_TRUE(office.own
                  .write([](StoreWriter& writer) {
                    return writer.put(office_table::kMeta, as_bytes("tree"), Bytes{0, 0, 0, 0, 0, 0, 0, 3});
                  })
                  .ok());
  EXPECT_EQ(office.write([](LedgerWriter&) -> Status { return {}; }).error().code, Code::kDamaged);
}

}  // namespace
}  // namespace huiyin::log::testing
