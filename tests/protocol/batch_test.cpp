#include "protocol/batch.hpp"

#include <gtest/gtest.h>

#include "shared/core/prng.hpp"
#include "tests/protocol/samples.hpp"

namespace huiyin::protocol::testing {
namespace {

SaltSeed seed_of(Seq seq) { return id_named<SaltSeed>("block " + std::to_string(seq.value / kSaltBlock)); }

/// A device's records one after another, as its journal makes them.
class Writer {
 public:
  explicit Writer(std::uint64_t first, Hash previous = id_named<Hash>("before"))
      : next_(first), previous_(previous) {}

  Record make(RecordHeader header, Bytes payload) {
    Record record;
    header.seq = {next_++};
    header.payload_bytes = static_cast<std::uint32_t>(payload.size());
    record.header = std::move(header);
    record.payload = std::move(payload);
    record.salt = record_salt(hashes(), seed_of(record.header.seq), record.header.seq);
    record.digest = payload_digest(hashes(), record.salt, record.payload);
    record.hash = record_hash(hashes(), previous_, header_bytes(record.header), record.digest);
    previous_ = record.hash;
    return record;
  }
  std::vector<Record> make(std::size_t count, std::size_t payload_bytes = 20) {
    std::vector<Record> records;
    for (std::size_t i = 0; i < count; ++i) {
      RecordHeader header = sample_header();
      header.attachments.clear();
      records.push_back(make(header, Bytes(payload_bytes, static_cast<std::uint8_t>(i))));
    }
    return records;
  }

 private:
  std::uint64_t next_;
  Hash previous_;
};

RecordBatch batched(const std::vector<Record>& records, bool whole_previous = true) {
  BatchBuilder builder(id_named<Hash>("before"), !whole_previous, TimeAnchor{});
  for (const Record& record : records)
    EXPECT_TRUE(builder.add(record.header, record.payload, seed_of(record.header.seq)));
  return builder.finish(sign_head(cast().device, cast().office, records.back().header, records.back().hash));
}

Result<std::vector<Record>> verified(const RecordBatch& batch) {
  return verify_batch(hashes(), batch, cast().office, cast().device_id, cast().device.public_key(),
                      id_named<Hash>("before"));
}

void expect_same(const std::vector<Record>& got, const std::vector<Record>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].header, expected[i].header) << i;
    EXPECT_EQ(got[i].hash, expected[i].hash) << i;
    EXPECT_EQ(got[i].digest, expected[i].digest) << i;
    EXPECT_EQ(got[i].salt, expected[i].salt) << i;
    EXPECT_EQ(hex(got[i].payload), hex(expected[i].payload)) << i;
  }
}

TEST(Batch, Verified_records_are_the_ones_that_were_built_in) {
  const auto records = Writer(1).make(10);
  for (const bool whole_previous : {true, false}) {
    const auto got = verified(batched(records, whole_previous));
    ASSERT_TRUE(got.ok()) << got.error().text();
    expect_same(*got, records);
  }
}

TEST(Batch, Survives_the_wire_with_every_kind_of_difference_between_records) {
  Prng random(99);
  for (int round = 0; round < 50; ++round) {
    Writer writer(1 + random.below(300));
    std::vector<Record> records;
    RecordHeader header = sample_header();
    for (std::uint64_t i = 0, count = 1 + random.below(limits::kBatchRecordsMax); i < count; ++i) {
      if (random.chance(1, 5)) header.type = static_cast<std::uint16_t>(random.below(5));
      if (random.chance(1, 9)) header.revision = static_cast<std::uint16_t>(random.next());
      if (random.chance(1, 9)) header.form = {random.next()};
      if (random.chance(1, 9)) header.area = {static_cast<std::uint32_t>(random.next())};
      if (random.chance(1, 9)) header.flags = static_cast<std::uint8_t>(random.next());
      if (random.chance(1, 9)) header.generation = {static_cast<std::uint32_t>(random.below(3))};
      if (random.chance(1, 9)) header.seal_mode = static_cast<std::uint8_t>(random.below(3));
      // Clocks go on, jump back, and fall to 1970 or forward to 2099.
      if (random.chance(1, 3)) header.boot_steps += static_cast<std::uint32_t>(random.below(3));
      if (random.chance(1, 9)) header.wall_steps = static_cast<std::uint32_t>(random.next());
      if (random.chance(1, 20)) header.wall_steps = 0;
      header.attachments.clear();
      if (random.chance(1, 6))
        for (std::uint64_t n = random.below(limits::kAttachmentsMax + 1); n > 0; --n)
          header.attachments.push_back(Hash::prefix(random.bytes(32)));
      records.push_back(writer.make(header, random.bytes(random.below(300))));
    }
    const Bytes frame = encode(Push{batched(records)});
    const auto push = decode<Push>(*open_envelope(frame));
    ASSERT_TRUE(push.ok()) << push.error().text();
    const auto got = verified(push->batch);
    ASSERT_TRUE(got.ok()) << got.error().text() << " in round " << round;
    expect_same(*got, records);
  }
}

TEST(Batch, Carries_one_salt_seed_for_each_block_of_64_it_touches) {
  const struct {
    std::uint64_t first;
    std::size_t count;
    std::size_t seeds;
  } cases[] = {{1, 63, 1},  {1, 64, 2},  {63, 1, 1},  {63, 2, 2},  {64, 64, 1},
               {64, 65, 2}, {63, 66, 3}, {1, 128, 3}, {64, 128, 2}};
  for (const auto& one : cases) {
    const auto batch = batched(Writer(one.first).make(one.count));
    EXPECT_EQ(batch.salt_seeds.items.size(), one.seeds) << one.first << " + " << one.count;
    EXPECT_TRUE(verified(batch).ok());
  }
}

TEST(Batch, Holds_128_records_and_no_more) {
  const auto records = Writer(1).make(129, 3);
  BatchBuilder builder(Hash{}, true, TimeAnchor{});
  for (std::size_t i = 0; i < 128; ++i)
    ASSERT_TRUE(builder.add(records[i].header, records[i].payload, seed_of(records[i].header.seq)));
  EXPECT_FALSE(builder.add(records[128].header, records[128].payload, seed_of(records[128].header.seq)));
}

TEST(Batch, Holds_64_KiB_of_payloads_and_no_more) {
  const auto records = Writer(1).make(3, limits::kPayloadBytesMax);
  BatchBuilder builder(id_named<Hash>("before"), true, TimeAnchor{});
  EXPECT_TRUE(builder.empty());
  ASSERT_TRUE(builder.add(records[0].header, records[0].payload, seed_of({1})));
  ASSERT_TRUE(builder.add(records[1].header, records[1].payload, seed_of({2})));
  EXPECT_FALSE(builder.add(records[2].header, records[2].payload, seed_of({3})));
  EXPECT_FALSE(builder.empty());
  const auto got =
      verified(builder.finish(sign_head(cast().device, cast().office, records[1].header, records[1].hash)));
  ASSERT_TRUE(got.ok());
  expect_same(*got, {records[0], records[1]});
}

TEST(Batch, Hundred_alike_records_cost_few_bytes_beside_their_payloads) {
  const auto records = Writer(1).make(100, 20);
  const std::size_t overhead = encode(Push{batched(records, false)}).size() - 100 * 20;
  // Two small columns a record, one signature, two seeds, the fixed part.
  EXPECT_LE(overhead, 2U * 100 + 200);
}

// --- what is refused

TEST(Batch, Other_device_office_key_or_history_does_not_verify) {
  const auto batch = batched(Writer(1).make(5));
  const Hash before = id_named<Hash>("before");
  const auto code = [&](const OfficeId& office, const DeviceId& device, const PublicKey& key,
                        const Hash& previous) {
    const auto got = verify_batch(hashes(), batch, office, device, key, previous);
    return got.ok() ? Code::kNone : got.error().code;
  };
  const auto& device_key = cast().device.public_key();
  EXPECT_EQ(code(cast().office, cast().device_id, device_key, before), Code::kNone);
  EXPECT_EQ(code(id_named<OfficeId>("other"), cast().device_id, device_key, before), Code::kBadSignature);
  EXPECT_EQ(code(cast().office, id_named<DeviceId>("other"), device_key, before), Code::kBadSignature);
  EXPECT_EQ(code(cast().office, cast().device_id, cast().other_device.public_key(), before),
            Code::kBadSignature);
  EXPECT_EQ(code(cast().office, cast().device_id, device_key, id_named<Hash>("other history")),
            Code::kConflict);
}

TEST(Batch, Short_previous_that_fits_another_hash_fails_at_the_signature) {
  const auto batch = batched(Writer(1).make(5), false);
  Hash alike = id_named<Hash>("before");
  alike.bytes[31] ^= 1;  // the 8 bytes that travel are the same
  EXPECT_EQ(verify_batch(hashes(), batch, cast().office, cast().device_id, cast().device.public_key(), alike)
                .error()
                .code,
            Code::kBadSignature);
}

TEST(Batch, Columns_that_do_not_belong_together_are_malformed) {
  Writer writer(60);
  RecordHeader header = sample_header();
  std::vector<Record> records;
  for (std::uint32_t i = 0; i < 8; ++i) {
    header.boot_steps = i / 3;
    header.attachments.assign(i % 4 == 3 ? 2 : 0, id_named<Hash>("a"));
    records.push_back(writer.make(header, Bytes(10 + i)));
  }
  const RecordBatch good = batched(records);
  ASSERT_TRUE(verified(good).ok());
  ASSERT_EQ(good.time_steps.items.size(), 2U);
  ASSERT_EQ(good.attachments.items.size(), 2U);

  const auto refused = [&](const char* what, auto damage) {
    RecordBatch batch = good;
    damage(batch);
    const auto got = verified(batch);
    ASSERT_FALSE(got.ok()) << what;
    EXPECT_EQ(got.error().code, Code::kMalformed) << what << ": " << got.error().text();
  };
  refused("no records", [](RecordBatch& b) { b.shape_of.items.clear(); });
  refused("base 0", [](RecordBatch& b) { b.base = {0}; });
  refused("numbers overflow", [](RecordBatch& b) { b.base = {UINT64_MAX - 7}; });
  refused("previous of 9 bytes", [](RecordBatch& b) { b.previous.value.resize(9); });
  refused("no previous", [](RecordBatch& b) { b.previous.value.clear(); });
  refused("a length too few", [](RecordBatch& b) { b.payload_bytes.items.pop_back(); });
  refused("a length too many", [](RecordBatch& b) { b.payload_bytes.items.push_back(0); });
  refused("a length too large",
          [](RecordBatch& b) { b.payload_bytes.items[0] = limits::kPayloadBytesMax + 1; });
  refused("lengths below the payloads", [](RecordBatch& b) { --b.payload_bytes.items[3]; });
  refused("lengths above the payloads", [](RecordBatch& b) { ++b.payload_bytes.items[3]; });
  refused("payloads cut", [](RecordBatch& b) { b.payloads.value.pop_back(); });
  refused("unknown shape",
          [](RecordBatch& b) { b.shape_of.items[2] = static_cast<std::uint8_t>(b.shapes.items.size()); });
  refused("no shapes", [](RecordBatch& b) { b.shapes.items.clear(); });
  refused("a seed too few", [](RecordBatch& b) { b.salt_seeds.items.pop_back(); });
  refused("a seed too many", [](RecordBatch& b) { b.salt_seeds.items.push_back({}); });
  refused("a step at record 0", [](RecordBatch& b) { b.time_steps.items[0].index = 0; });
  refused("a step behind the end", [](RecordBatch& b) { b.time_steps.items[1].index = 8; });
  refused("steps out of order",
          [](RecordBatch& b) { std::swap(b.time_steps.items[0], b.time_steps.items[1]); });
  refused("two steps at one record",
          [](RecordBatch& b) { b.time_steps.items[1].index = b.time_steps.items[0].index; });
  refused("attachments behind the end", [](RecordBatch& b) { b.attachments.items[1].index = 8; });
  refused("attachments out of order",
          [](RecordBatch& b) { std::swap(b.attachments.items[0], b.attachments.items[1]); });
  refused("an empty attachment column", [](RecordBatch& b) { b.attachments.items[0].ids.items.clear(); });
}

TEST(Batch, Changed_value_in_any_column_fails_at_the_signature) {
  const RecordBatch good = batched(Writer(60).make(8));
  const auto refused = [&](const char* what, auto damage) {
    RecordBatch batch = good;
    damage(batch);
    const auto got = verified(batch);
    ASSERT_FALSE(got.ok()) << what;
    EXPECT_EQ(got.error().code, Code::kBadSignature) << what << ": " << got.error().text();
  };
  refused("epoch", [](RecordBatch& b) { b.epoch.bytes[0] ^= 1; });
  refused("base", [](RecordBatch& b) {
    ++b.base.value;
    b.salt_seeds.items.resize(2);
  });
  refused("boot clock", [](RecordBatch& b) { ++b.boot_steps; });
  refused("wall clock", [](RecordBatch& b) { ++b.wall_steps; });
  refused("type", [](RecordBatch& b) { ++b.shapes.items[0].type; });
  refused("revision", [](RecordBatch& b) { ++b.shapes.items[0].revision; });
  refused("form", [](RecordBatch& b) { ++b.shapes.items[0].form.value; });
  refused("area", [](RecordBatch& b) { ++b.shapes.items[0].area.value; });
  refused("flags", [](RecordBatch& b) { ++b.shapes.items[0].flags; });
  refused("seal mode", [](RecordBatch& b) { ++b.shapes.items[0].seal_mode; });
  refused("generation", [](RecordBatch& b) { ++b.shapes.items[0].generation.value; });
  refused("a time step", [](RecordBatch& b) { b.time_steps.items.push_back({5, 0, 1}); });
  refused("an attachment", [](RecordBatch& b) { b.attachments.items.push_back({5, {{Hash{}}}}); });
  refused("lengths moved", [](RecordBatch& b) {
    --b.payload_bytes.items[3];
    ++b.payload_bytes.items[4];
  });
  refused("a payload byte", [](RecordBatch& b) { b.payloads.value[77] ^= 1; });
  refused("a seed", [](RecordBatch& b) { b.salt_seeds.items[1].bytes[0] ^= 1; });
  refused("the signature", [](RecordBatch& b) { b.signature.bytes[0] ^= 1; });
  refused("the last record gone", [](RecordBatch& b) {
    b.shape_of.items.pop_back();
    b.payload_bytes.items.pop_back();
    b.payloads.value.resize(b.payloads.value.size() - 20);
  });
}

TEST(Batch, Any_flipped_bit_of_the_pushed_frame_is_refused_or_is_in_the_time_anchor) {
  // The anchor is a hint about clocks, of the connection and not of a record; everything else is evidence.
  const auto records = Writer(63).make(4, 12);
  const Push push{batched(records)};
  const Bytes body = wire_bytes(push.batch);
  std::size_t anchor_only = 0;
  for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
    Bytes damaged = body;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto batch = wire_value<RecordBatch>(damaged, "batch");
    if (!batch.ok() || !verified(*batch).ok()) continue;
    RecordBatch expected = push.batch;
    expected.anchor = batch->anchor;
    ASSERT_EQ(*batch, expected) << "bit " << bit << " changed something that is not covered";
    ++anchor_only;
  }
  EXPECT_GT(anchor_only, 0U);
}

TEST(BatchBuilder, Records_that_are_not_consecutive_are_our_bug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto records = Writer(1).make(3);
  BatchBuilder builder(Hash{}, true, TimeAnchor{});
  ASSERT_TRUE(builder.add(records[0].header, records[0].payload, seed_of({1})));
  EXPECT_DEATH((void)builder.add(records[2].header, records[2].payload, seed_of({3})), "broken promise");
  EXPECT_DEATH((void)builder.add(records[1].header, Bytes(3), seed_of({2})), "broken promise");
}

}  // namespace
}  // namespace huiyin::protocol::testing
