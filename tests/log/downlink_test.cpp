#include "shared/log/downlink.hpp"

#include "shared/store/lmdb_store.hpp"
#include "tests/log/world.hpp"
#include "tests/store/test_folder.hpp"

namespace huiyin::log::testing {
namespace {

namespace entry_type = protocol::bucket_entry_type;

struct Publisher {
  crypto::KeyPair root = key_named("root");
  crypto::KeyPair log = key_named("log");
  protocol::Bucket bucket = protocol::bucket_for_area({12});

  [[nodiscard]] protocol::KeyRing ring(std::uint32_t version, const SignPort& log_key,
                                       const SignPort& signer) const {
    protocol::KeyRing ring;
    ring.version = version;
    ring.root = signer.public_key();
    ring.office = protocol::office_id_of(hashes(), ring.root);
    ring.log = log_key.public_key();
    ring.ack = key_named("ack").public_key();
    ring.tls_pins.items.push_back(id_named<KeyPin>("pin"));
    ring.sealing.items.push_back({{1}, {}, {}});
    protocol::sign_key_ring(signer, ring);
    return ring;
  }
  [[nodiscard]] protocol::KeyRing ring(std::uint32_t version) const { return ring(version, log, root); }
  [[nodiscard]] protocol::BucketEntry entry(std::uint64_t offset, std::uint16_t type, Bytes body,
                                            const SignPort& signer) const {
    protocol::BucketEntry entry;
    entry.offset = {offset};
    entry.type = type;
    entry.signature = protocol::sign_bucket_entry(signer, ring(1).office, bucket, type, body);
    entry.body.value = std::move(body);
    return entry;
  }
  [[nodiscard]] protocol::BucketEntry entry(std::uint64_t offset, std::uint16_t type, Bytes body) const {
    return entry(offset, type, std::move(body), log);
  }
  [[nodiscard]] protocol::BucketEntry reply(std::uint64_t offset, std::string_view tag, std::uint32_t version,
                                            std::string_view text) const {
    protocol::ReplyEntry reply;
    reply.tag = id_named<ReceiptTag>(tag);
    reply.version = version;
    reply.sealed.value = to_bytes(as_bytes(text));
    return entry(offset, entry_type::kReply, protocol::wire_bytes(reply));
  }
};

struct Kiosk {
  Publisher office;
  MemoryStore own;
  Store& disk;
  Downlink downlink;
  explicit Kiosk(Store* store = nullptr)
      : disk(store != nullptr ? *store : own), downlink(disk, hashes(), office.ring(1)) {}

  Result<AppliedRound> apply(std::vector<protocol::BucketEntry> entries) {
    protocol::Delta delta;
    delta.bucket = office.bucket;
    protocol::Checkpoint checkpoint;
    checkpoint.positions.items.push_back(
        {office.bucket, id_named<OfficeEpoch>("e"), {entries.empty() ? 0 : entries.back().offset.value}});
    delta.entries.items = std::move(entries);
    return downlink.apply({delta}, checkpoint);
  }
  [[nodiscard]] std::string reply(std::string_view tag) {
    const auto found = downlink.find_reply(id_named<ReceiptTag>(tag));
    EXPECT_TRUE(found.ok());
    return found.ok() && *found ? to_string((*found)->sealed.value) : "";
  }
  [[nodiscard]] std::uint64_t after() {
    const auto positions = downlink.positions();
    EXPECT_TRUE(positions.ok());
    return positions->empty() ? 0 : positions->front().after.value;
  }
};

void take_a_round(Kiosk& kiosk) {
  EXPECT_TRUE(kiosk.downlink.positions()->empty());
  const auto round =
      kiosk.apply({kiosk.office.reply(1, "a", 1, "hello"), kiosk.office.reply(2, "b", 1, "you"),
                   kiosk.office.reply(3, "a", 2, "corrected")});
  ASSERT_OK(round);
  EXPECT_EQ(round->replies, 3U);
  EXPECT_FALSE(round->settings_changed);
  EXPECT_EQ(kiosk.reply("a"), "corrected");
  EXPECT_EQ(kiosk.reply("b"), "you");
  EXPECT_EQ(kiosk.reply("nobody"), "");
  EXPECT_EQ(*kiosk.downlink.reply_count(), 2U);
  EXPECT_EQ(kiosk.after(), 3U);
}

TEST(Downlink, Round_of_replies_is_found_by_tag) {
  Kiosk kiosk;
  take_a_round(kiosk);
}

TEST(Downlink, Round_of_replies_is_found_by_tag_on_LMDB) {
  const TestFolder folder;
  auto disk = store::open_lmdb_store(folder.file("kiosk"));
  ASSERT_OK(disk);
  Kiosk kiosk(disk->get());
  take_a_round(kiosk);
}

TEST(Downlink, One_entry_that_the_office_did_not_sign_undoes_the_round) {
  Kiosk kiosk;
  ASSERT_OK(kiosk.apply({kiosk.office.reply(1, "a", 1, "first")}));
  auto forged = kiosk.office.reply(3, "b", 1, "forged");
  forged.body.value.back() ^= 1U;
  const auto before = kiosk.own.copy();
  EXPECT_EQ(kiosk.apply({kiosk.office.reply(2, "a", 2, "second"), forged}).error().code, Code::kBadSignature);
  EXPECT_TRUE(kiosk.own.same_contents(*before));
  auto elsewhere = kiosk.office.reply(2, "a", 2, "second");
  kiosk.office.bucket = protocol::bucket_for_area({13});
  EXPECT_EQ(kiosk.apply({elsewhere}).error().code, Code::kBadSignature) << "signed for another bucket";
}

TEST(Downlink, Any_failing_store_operation_undoes_the_round) {
  for (std::uint64_t n = 1;; ++n) {
    Kiosk kiosk;
    ASSERT_OK(kiosk.apply({kiosk.office.reply(1, "a", 1, "first")}));
    const auto before = kiosk.own.copy();
    kiosk.own.fail_nth(n);
    const auto round = kiosk.apply(
        {kiosk.office.reply(2, "a", 2, "second"), kiosk.office.reply(3, "b", 1, "x"),
         kiosk.office.entry(4, entry_type::kKeyRing, protocol::wire_bytes(kiosk.office.ring(2)))});
    const bool failed = !kiosk.own.failure_is_pending();
    kiosk.own.fail_nth(0);
    ASSERT_EQ(round.ok(), !failed);
    EXPECT_EQ(kiosk.downlink.ring().version, failed ? 1U : 2U)
        << "memory and disk must agree, operation " << n;
    if (!failed) break;
    EXPECT_TRUE(kiosk.own.same_contents(*before));
  }
}

TEST(Downlink, Older_reply_is_ignored_and_a_restored_offices_new_words_win) {
  Kiosk kiosk;
  ASSERT_OK(kiosk.apply({kiosk.office.reply(1, "a", 3, "third")}));
  EXPECT_EQ(kiosk.apply({kiosk.office.reply(2, "a", 2, "second, late")})->replies, 0U);
  EXPECT_EQ(kiosk.reply("a"), "third");
  EXPECT_EQ(kiosk.apply({kiosk.office.reply(3, "a", 3, "third")})->replies, 0U)
      << "the same again is no news";
  EXPECT_EQ(kiosk.apply({kiosk.office.reply(4, "a", 3, "third, said again after a restore")})->replies, 1U);
  EXPECT_EQ(kiosk.reply("a"), "third, said again after a restore");
}

TEST(Downlink, Newer_key_ring_replaces_and_outlives_a_restart) {
  Kiosk kiosk;
  const crypto::KeyPair next_log = key_named("next log");
  const auto newer = kiosk.office.ring(2, next_log, kiosk.office.root);
  const auto signed_by_next = [&](std::uint64_t offset, const char* text) {
    auto entry = kiosk.office.reply(offset, "a", static_cast<std::uint32_t>(offset), text);
    entry.signature = protocol::sign_bucket_entry(next_log, newer.office, kiosk.office.bucket, entry.type,
                                                  entry.body.value);
    return entry;
  };
  const auto round = kiosk.apply({kiosk.office.entry(1, entry_type::kKeyRing, protocol::wire_bytes(newer)),
                                  signed_by_next(2, "by the new key")});
  ASSERT_OK(round);
  EXPECT_TRUE(round->settings_changed);
  EXPECT_EQ(kiosk.downlink.ring().version, 2U);
  EXPECT_EQ(kiosk.apply({kiosk.office.reply(3, "b", 1, "by the old key")}).error().code, Code::kBadSignature);
  Downlink restarted(kiosk.disk, hashes(), kiosk.office.ring(1));
  ASSERT_OK(restarted.load_ring());
  EXPECT_EQ(restarted.ring().version, 2U);
  protocol::Delta delta;
  delta.bucket = kiosk.office.bucket;
  delta.entries.items = {signed_by_next(4, "later")};
  EXPECT_TRUE(restarted.apply({delta}, {}).ok());
}

TEST(Downlink, Stored_ring_that_cannot_be_read_or_trusted_is_an_error_and_changes_nothing) {
  Kiosk kiosk;
  ASSERT_OK(kiosk.downlink.load_ring());
  ASSERT_OK(
      kiosk.apply({kiosk.office.entry(1, entry_type::kKeyRing, protocol::wire_bytes(kiosk.office.ring(2)))}));
  Downlink restarted(kiosk.disk, hashes(), kiosk.office.ring(1));
  kiosk.own.fail_nth(1);
  EXPECT_FALSE(restarted.load_ring().ok());
  EXPECT_EQ(restarted.ring().version, 1U);
  auto tampered = kiosk.office.ring(3);
  tampered.ack = kiosk.office.root.public_key();
  ASSERT_TRUE(kiosk.own
                  .write([&](StoreWriter& writer) {
                    return writer.put(device_table::kSettings, Bytes{0, entry_type::kKeyRing},
                                      protocol::wire_bytes(tampered));
                  })
                  .ok());
  ASSERT_FALSE(restarted.load_ring().ok());
  EXPECT_EQ(restarted.load_ring().error().code, Code::kBadSignature);
  EXPECT_EQ(restarted.ring().version, 1U);
}

TEST(Downlink, Ring_of_lower_version_is_ignored_and_of_another_root_refused) {
  Kiosk kiosk;
  ASSERT_OK(
      kiosk.apply({kiosk.office.entry(1, entry_type::kKeyRing, protocol::wire_bytes(kiosk.office.ring(5)))}));
  const auto old =
      kiosk.apply({kiosk.office.entry(2, entry_type::kKeyRing, protocol::wire_bytes(kiosk.office.ring(4)))});
  ASSERT_OK(old);
  EXPECT_FALSE(old->settings_changed);
  EXPECT_EQ(kiosk.downlink.ring().version, 5U);
  const crypto::KeyPair stranger = key_named("stranger");
  const auto foreign = kiosk.office.ring(6, kiosk.office.log, stranger);
  EXPECT_EQ(
      kiosk.apply({kiosk.office.entry(3, entry_type::kKeyRing, protocol::wire_bytes(foreign))}).error().code,
      Code::kBadSignature);
  auto tampered = kiosk.office.ring(7);
  tampered.ack = stranger.public_key();
  EXPECT_EQ(
      kiosk.apply({kiosk.office.entry(3, entry_type::kKeyRing, protocol::wire_bytes(tampered))}).error().code,
      Code::kBadSignature);
  EXPECT_EQ(kiosk.downlink.ring().version, 5U);
}

TEST(Downlink, Settings_are_kept_newest_and_unknown_types_as_they_came) {
  Kiosk kiosk;
  EXPECT_FALSE(kiosk.downlink.office_info()->has_value());
  civic::OfficeInfo info;
  info.answer_days = 9;
  civic::CategoryList categories;
  categories.items.items.push_back({{101}, {civic::CategoryKind::kHelp}, {}, {}, {}, 1, 5, false});
  civic::AreaList areas;
  areas.items.items.push_back({{1}, {}, {civic::AreaLevel::kCounty}, {}, 10});
  const auto round =
      kiosk.apply({kiosk.office.entry(1, entry_type::kOfficeInfo, settings_bytes(civic::OfficeInfo{})),
                   kiosk.office.entry(2, entry_type::kOfficeInfo, settings_bytes(info)),
                   kiosk.office.entry(3, entry_type::kCategories, settings_bytes(categories)),
                   kiosk.office.entry(4, entry_type::kAreas, settings_bytes(areas)),
                   kiosk.office.entry(5, 999, Bytes{1, 2, 3})});
  ASSERT_OK(round);
  EXPECT_TRUE(round->settings_changed);
  EXPECT_EQ((*kiosk.downlink.office_info())->answer_days, 9);
  EXPECT_EQ(**kiosk.downlink.categories(), categories);
  EXPECT_EQ(**kiosk.downlink.areas(), areas);
  ASSERT_OK(kiosk.disk.read([](StoreReader& reader) -> Status {
    const auto value = reader.get(device_table::kSettings, Bytes{999 >> 8, 999 & 0xFF});
    EXPECT_TRUE(value.ok() && *value && equal(**value, Bytes{1, 2, 3}));
    return {};
  }));
}

}  // namespace
}  // namespace huiyin::log::testing
