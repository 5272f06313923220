#include "protocol/record.hpp"

#include <gtest/gtest.h>

#include <set>

#include "shared/core/limits.hpp"
#include "tests/protocol/samples.hpp"

namespace huiyin::protocol::testing {
namespace {

/// A header whose every byte is known without running our code.
RecordHeader plain_header() {
  RecordHeader header;
  header.device = DeviceId::prefix(*from_hex("000102030405060708090a0b0c0d0e0f"));
  header.epoch = EpochId::prefix(*from_hex("1011121314151617"));
  header.seq = {0x0102030405060708};
  header.type = 0x1112;
  header.revision = 0x2122;
  header.form = {0x3132333435363738};
  header.boot_steps = 0x41424344;
  header.wall_steps = 0x51525354;
  header.area = {0x61626364};
  header.flags = 0x71;
  header.seal_mode = 0x72;
  header.generation = {0x81828384};
  header.payload_bytes = 0x91929394;
  return header;
}
constexpr const char* kPlainHeaderHex =
    "01"
    "000102030405060708090a0b0c0d0e0f"
    "1011121314151617"
    "0102030405060708"
    "1112"
    "2122"
    "3132333435363738"
    "41424344"
    "51525354"
    "61626364"
    "71"
    "72"
    "81828384"
    "00"
    "91929394";

TEST(RecordHeaderBytes, Are_big_endian_in_the_order_of_the_fields) {
  EXPECT_EQ(hex(header_bytes(plain_header())), kPlainHeaderHex);
  EXPECT_EQ(header_bytes(plain_header()).size(), 68U);
}

TEST(RecordHeaderBytes, Attachments_stand_before_the_payload_length) {
  RecordHeader header = plain_header();
  header.attachments = {id_named<Hash>("a"), id_named<Hash>("b")};
  std::string expected = kPlainHeaderHex;
  expected.replace(63 * 2, 2, "02" + id_named<Hash>("a").text() + id_named<Hash>("b").text());
  EXPECT_EQ(hex(header_bytes(header)), expected);
}

TEST(RecordHeaderBytes, Parse_to_the_header_they_were_made_of) {
  RecordHeader header = plain_header();
  for (std::size_t count = 0; count <= limits::kAttachmentsMax; ++count) {
    const auto again = parse_header(header_bytes(header));
    ASSERT_TRUE(again.ok()) << again.error().text();
    EXPECT_EQ(*again, header);
    header.attachments.push_back(id_named<Hash>("attachment"));
  }
}

TEST(RecordHeaderBytes, Cut_longer_or_of_another_format_are_refused) {
  RecordHeader header = plain_header();
  header.attachments = {id_named<Hash>("a")};
  Bytes bytes = header_bytes(header);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parse_header(ByteView(bytes).first(size)).ok()) << size;
  bytes.push_back(0);
  EXPECT_EQ(parse_header(bytes).error().code, Code::kMalformed);
  bytes.pop_back();
  bytes[0] = 2;
  EXPECT_EQ(parse_header(bytes).error().code, Code::kUnsupported);
}

TEST(RecordHash, Is_the_known_answer) {
  // Computed with Python's hashlib (BLAKE2b, digest_size=32) over the bytes records.md names.
  const Salt salt = Salt::prefix(*from_hex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"));
  const Hash previous =
      Hash::prefix(*from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
  const Hash digest = payload_digest(hashes(), salt, as_bytes("payload"));
  EXPECT_EQ(digest.text(), "813578ee9c08170e117f60d4bb05d1ff94948f9c33072d9faa301cc76ed0c31a");
  EXPECT_EQ(record_hash(hashes(), previous, header_bytes(plain_header()), digest).text(),
            "e57cf6a5b6b8e44662b0ae5d126e15819e0aed2942a04b79321d2c0a350702cf");
  const SaltSeed seed = SaltSeed::prefix(*from_hex("b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"));
  EXPECT_EQ(record_salt(hashes(), seed, {0x0102}).text(), "f329e73ab53d86da492a68447ceeed44");
}

TEST(RecordHash, Changes_with_every_field_of_the_header) {
  std::set<std::string> seen;
  const Hash previous;
  const Hash digest = id_named<Hash>("digest");
  const auto add = [&](const RecordHeader& header) {
    EXPECT_TRUE(seen.insert(record_hash(hashes(), previous, header_bytes(header), digest).text()).second)
        << "after " << seen.size();
  };
  const RecordHeader plain = plain_header();
  add(plain);
  // Every single bit of the hashed bytes belongs to a field; a changed field changes the bytes.
  const Bytes bytes = header_bytes(plain);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes changed = bytes;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_TRUE(seen.insert(record_hash(hashes(), previous, changed, digest).text()).second) << bit;
  }
  RecordHeader header = plain;
  header.attachments = {id_named<Hash>("a")};
  add(header);
  header.attachments = {id_named<Hash>("b")};
  add(header);
  header.attachments = {id_named<Hash>("a"), id_named<Hash>("b")};
  add(header);
  header.attachments = {id_named<Hash>("b"), id_named<Hash>("a")};
  add(header);
  EXPECT_TRUE(seen.insert(record_hash(hashes(), id_named<Hash>("p"), bytes, digest).text()).second);
  EXPECT_TRUE(seen.insert(record_hash(hashes(), previous, bytes, id_named<Hash>("d")).text()).second);
}

TEST(RecordSalt, Differs_for_every_number_and_seed) {
  std::set<std::string> salts;
  for (const char* name : {"seed 0", "seed 1"})
    for (std::uint64_t seq = 0; seq < 200; ++seq)
      salts.insert(record_salt(hashes(), id_named<SaltSeed>(name), {seq}).text());
  EXPECT_EQ(salts.size(), 400U);
}

TEST(PayloadDigest, Depends_on_salt_and_payload) {
  const Salt salt = id_named<Salt>("salt");
  const Hash digest = payload_digest(hashes(), salt, as_bytes("3"));
  EXPECT_FALSE(digest == payload_digest(hashes(), salt, as_bytes("4")));
  EXPECT_FALSE(digest == payload_digest(hashes(), id_named<Salt>("other"), as_bytes("3")));
}

TEST(CoarseSteps, Are_floored_to_ten_minutes_before_and_after_1970) {
  EXPECT_EQ(coarse_steps(0), 0);
  EXPECT_EQ(coarse_steps(kCoarseMs - 1), 0);
  EXPECT_EQ(coarse_steps(kCoarseMs), 1);
  EXPECT_EQ(coarse_steps(-1), -1);
  EXPECT_EQ(coarse_steps(-kCoarseMs), -1);
  EXPECT_EQ(coarse_steps(-kCoarseMs - 1), -2);
  EXPECT_EQ(coarse_steps(INT64_MIN), INT64_MIN / kCoarseMs - 1);
  EXPECT_EQ(coarse_steps(4'102'444'799'999), 6'837'407);  // 2099-12-31T23:59:59.999Z
  EXPECT_LT(coarse_steps(4'102'444'799'999), std::int64_t{UINT32_MAX}) << "2099 fits the header";
}

TEST(Payload, Splits_into_the_parts_it_was_made_of) {
  const std::string long_text(300, 'x');
  const std::string_view parts[] = {"", "c", "clear", long_text};
  for (const std::string_view clear : parts)
    for (const std::string_view sealed : parts) {
      const Bytes payload = make_payload(as_bytes(clear), as_bytes(sealed));
      const auto view = split_payload(payload);
      ASSERT_TRUE(view.ok());
      EXPECT_EQ(as_text(view->clear), clear);
      EXPECT_EQ(as_text(view->sealed), sealed);
    }
  EXPECT_EQ(hex(make_payload(as_bytes("ab"), as_bytes("c"))), "02616263");
}

TEST(Payload, That_declares_more_than_it_has_is_malformed) {
  EXPECT_EQ(split_payload({}).error().code, Code::kMalformed);
  EXPECT_EQ(split_payload(Bytes{3, 'a', 'b'}).error().code, Code::kMalformed);
  EXPECT_EQ(split_payload(Bytes{0x81, 0x00, 'a'}).error().code, Code::kMalformed);
  EXPECT_EQ(split_payload(Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x0F}).error().code, Code::kMalformed);
}

TEST(SealAad, Is_device_epoch_seq_form_and_generation) {
  EXPECT_EQ(hex(seal_aad(plain_header())),
            "000102030405060708090a0b0c0d0e0f"
            "1011121314151617"
            "0102030405060708"
            "3132333435363738"
            "81828384");
}

TEST(SealAad, Changes_with_each_of_its_fields_and_with_no_other) {
  const Bytes plain = seal_aad(plain_header());
  const auto changed = [&](auto change) {
    RecordHeader header = plain_header();
    change(header);
    return !equal(seal_aad(header), plain);
  };
  EXPECT_TRUE(changed([](RecordHeader& h) { h.device.bytes[0] ^= 1; }));
  EXPECT_TRUE(changed([](RecordHeader& h) { h.epoch.bytes[0] ^= 1; }));
  EXPECT_TRUE(changed([](RecordHeader& h) { ++h.seq.value; }));
  EXPECT_TRUE(changed([](RecordHeader& h) { ++h.form.value; }));
  EXPECT_TRUE(changed([](RecordHeader& h) { ++h.generation.value; }));
  EXPECT_FALSE(changed([](RecordHeader& h) {
    ++h.payload_bytes;
    ++h.wall_steps;
    ++h.area.value;
  }));
}

}  // namespace
}  // namespace huiyin::protocol::testing
