/// The views: what residents said and what the office did, folded into cases, devices, people,
/// codes and buckets. Records are captured and sealed as a kiosk does it.

#include "protocol/archive.hpp"
#include "shared/log/tables.hpp"
#include "sync-server/desk/devices/enrolment.hpp"
#include "sync-server/desk/people/rules.hpp"
#include "sync-server/office.hpp"
#include "tests/sync-server/desk_world.hpp"

namespace huiyin::office::testing {
namespace {

using civic::CaseState;
using Words = std::vector<std::string>;

class Folds : public ::testing::Test {
 protected:
  void SetUp() override { desk.enrol(kiosk); }
  void TearDown() override { EXPECT_TRUE(desk.views_equal_rebuild()); }
  CaseId said(std::string_view text = "路坏了") {
    const auto saved = kiosk.say(receipt.sign.public_key(), text);
    desk.take(kiosk);
    return case_of(saved);
  }
  [[nodiscard]] static CaseState state_of(const desk::CaseRow& row) {
    return static_cast<CaseState>(row.state);
  }

  Desk desk;
  TestKiosk kiosk{"kiosk 1"};
  crypto::ReceiptKeys receipt = receipt_named("receipt 1");
};

TEST_F(Folds, feedback_becomes_a_new_case_with_what_the_routing_says) {
  const auto saved = kiosk.say(receipt.sign.public_key(), "水浑", {102}, 1);
  desk.take(kiosk);

  const auto row = desk.row(case_of(saved));

  EXPECT_EQ(row.category.value, 102);
  EXPECT_EQ(row.area.value, 10101U);
  EXPECT_EQ(row.zone.value, 101U);
  EXPECT_EQ(row.feeling, 1);
  EXPECT_EQ(row.receipt, receipt.sign.public_key());
  EXPECT_EQ(row.device, kiosk.id());
  EXPECT_EQ(row.received, desk.now);
  EXPECT_EQ(state_of(row), CaseState::kNew);
  EXPECT_TRUE(row.readable);
  EXPECT_FALSE(row.erased);
  EXPECT_EQ(desk.events(row.id), Words{"received"});
}

TEST_F(Folds, record_sealed_to_another_office_is_a_case_that_cannot_be_read) {
  const auto saved =
      kiosk.capture_routing(protocol::record_type::kFeedback, as_bytes("no routing section at all"));
  desk.take(kiosk);

  const auto row = desk.row(case_of(saved));

  EXPECT_FALSE(row.readable);
  EXPECT_EQ(row.category.value, 0);
  EXPECT_EQ(desk.reply(row.id, "答复").error().code, Code::kInvalid) << "there is no receipt to seal to";
  EXPECT_OK(desk.move(row.id, CaseState::kAccepted)) << "the office can still work on it";
}

TEST_F(Folds, quarantined_record_is_counted_and_makes_no_case) {
  const auto saved = kiosk.say(receipt.sign.public_key(), "x");
  desk.take(kiosk, [](const protocol::Record& record) -> std::optional<std::string> {
    if (record.header.type == protocol::record_type::kFeedback) return "strange";
    return std::nullopt;
  });

  EXPECT_FALSE(desk.find(case_of(saved)).has_value());
  EXPECT_EQ(desk.counts(kiosk.id()).records, 2U);
  EXPECT_EQ(desk.counts(kiosk.id()).quarantined, 1U);
}

TEST_F(Folds, erased_case_stays_listed_and_cannot_be_read) {
  const CaseId id = said();
  ASSERT_OK(desk.move(id, CaseState::kAccepted));

  ASSERT_OK(desk.erase(desk.row(id).record));

  const auto row = desk.row(id);
  EXPECT_TRUE(row.erased);
  EXPECT_FALSE(row.readable);
  EXPECT_EQ(row.category.value, 0);
  EXPECT_EQ(row.receipt, PublicKey{});
  EXPECT_EQ(state_of(row), CaseState::kAccepted);
  EXPECT_EQ(desk.events(id), (Words{"received", "accepted"}));
  ASSERT_OK(desk.store.read([&](StoreReader& reader) -> Status {
    const auto page = desk::list_cases(
        reader, [](const auto&) { return true; }, std::nullopt, 10);
    EXPECT_EQ(page->cases.size(), 1U);
    const auto by_tag = reader.get(log::office_table::kCasesByTag, receipt.tag.view());
    EXPECT_FALSE(by_tag->has_value()) << "nothing leads from the receipt to the case any more";
    return {};
  }));
}

TEST_F(Folds, rating_by_the_receipt_is_taken) {
  const CaseId id = said();
  ASSERT_OK(desk.reply(id, "修好了"));
  kiosk.rate(receipt, 1, protocol::Solved::kYes, 5);
  desk.take(kiosk);

  const auto row = desk.row(id);

  EXPECT_TRUE(row.rating.given);
  EXPECT_EQ(row.rating.stars, 5);
  EXPECT_EQ(row.rating.solved.value, protocol::Solved::kYes);
  EXPECT_EQ(row.rating.reply_version, 1U);
  EXPECT_EQ(state_of(row), CaseState::kAnswered) << "a rating closes nothing by itself";
  EXPECT_EQ(desk.events(id), (Words{"received", "replied", "rated"}));
}

TEST_F(Folds, rating_from_another_kiosk_finds_its_case) {
  const CaseId id = said();
  ASSERT_OK(desk.reply(id, "修好了"));
  TestKiosk elsewhere("kiosk 2", {10102});
  elsewhere.rate(receipt, 1, protocol::Solved::kPartly, 3);
  desk.take(elsewhere);

  EXPECT_EQ(desk.row(id).rating.stars, 3);
}

TEST_F(Folds, unsolved_rating_reopens_the_case) {
  const CaseId id = said();
  ASSERT_OK(desk.reply(id, "修好了"));
  ASSERT_OK(desk.move(id, CaseState::kClosed));
  kiosk.rate(receipt, 1, protocol::Solved::kNo, 1);
  desk.take(kiosk);

  EXPECT_EQ(state_of(desk.row(id)), CaseState::kReopened);
  ASSERT_OK(desk.reply(id, "又修了"));
  EXPECT_EQ(state_of(desk.row(id)), CaseState::kAnswered);
  EXPECT_EQ(desk.events(id), (Words{"received", "replied", "closed", "rated", "corrected"}));
}

TEST_F(Folds, forged_rating_changes_nothing) {
  const CaseId id = said();
  ASSERT_OK(desk.reply(id, "修好了"));
  const auto before = protocol::to_wire(desk.row(id));
  const auto forger = receipt_named("somebody else");
  const auto send = [&](const protocol::Rating& rating) {
    kiosk.capture_routing(protocol::record_type::kRating, protocol::to_wire(rating));
    desk.take(kiosk);
  };

  protocol::Rating rating;
  rating.receipt = receipt.sign.public_key();
  rating.reply_version = 1;
  rating.solved.value = protocol::Solved::kNo;
  rating.stars = 1;
  protocol::sign_rating(forger.sign, office_keys().office(), rating);
  send(rating);  // named for the receipt, signed by another
  protocol::sign_rating(receipt.sign, id_named<OfficeId>("another office"), rating);
  send(rating);  // right key, meant for another office
  protocol::sign_rating(receipt.sign, office_keys().office(), rating);
  rating.stars = 5;
  send(rating);  // changed after signing
  for (const std::uint8_t stars : {std::uint8_t{0}, std::uint8_t{6}, std::uint8_t{255}}) {
    rating.stars = stars;
    protocol::sign_rating(receipt.sign, office_keys().office(), rating);
    send(rating);  // no such number of stars
  }
  kiosk.capture_routing(protocol::record_type::kRating, as_bytes("no rating"));
  kiosk.rate(forger, 1, protocol::Solved::kNo, 1);  // a right rating of no case
  desk.take(kiosk);

  EXPECT_EQ(protocol::to_wire(desk.row(id)), before);
  EXPECT_EQ(desk.events(id), (Words{"received", "replied"}));
}

TEST_F(Folds, rating_that_comes_before_its_feedback_is_not_lost_for_the_ledger) {
  kiosk.rate(receipt, 1, protocol::Solved::kNo, 1);
  desk.take(kiosk);
  const CaseId id = said();

  EXPECT_FALSE(desk.row(id).rating.given) << "the fold knows no case of this receipt yet";
  EXPECT_EQ(desk.counts(kiosk.id()).records, 3U) << "the record is kept";
}

TEST_F(Folds, reply_goes_down_in_the_bucket_of_the_zone_and_opens_with_the_receipt_alone) {
  const CaseId id = said();
  ASSERT_OK(desk.reply(id, "周五来修", protocol::ReplyKind::kWillDo));

  const auto entries = desk.bucket(protocol::bucket_for_area({101}));

  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].type, protocol::bucket_entry_type::kReply);
  EXPECT_EQ(entries[0].offset.value, 1U);
  EXPECT_TRUE(protocol::verify_bucket_entry(hashes(), office_keys().ring().log, office_keys().office(),
                                            protocol::bucket_for_area({101}), entries[0]));
  EXPECT_FALSE(protocol::verify_bucket_entry(hashes(), office_keys().ring().log, office_keys().office(),
                                             protocol::bucket_for_area({102}), entries[0]));
  const auto reply = protocol::from_wire<protocol::ReplyEntry>(entries[0].body.value, "reply");
  ASSERT_OK(reply);
  EXPECT_EQ(reply->tag, receipt.tag);
  const Bytes aad = protocol::reply_aad(office_keys().office(), receipt.tag, 1);
  const auto plain = crypto::open_reply(reply->sealed.value, receipt, aad);
  ASSERT_OK(plain);
  const auto body = protocol::from_wire<protocol::ReplyBody>(*plain, "body");
  ASSERT_OK(body);
  EXPECT_EQ(body->text.value, "周五来修");
  EXPECT_EQ(body->kind.value, protocol::ReplyKind::kWillDo);
  EXPECT_EQ(body->unit_en.value, "Water Bureau");
  EXPECT_EQ(body->version, 1U);
  EXPECT_FALSE(crypto::open_reply(reply->sealed.value, receipt_named("other"), aad).ok());
}

TEST_F(Folds, second_reply_corrects_the_first_with_the_next_version) {
  const CaseId id = said();
  ASSERT_OK(desk.reply(id, "一"));
  ASSERT_OK(desk.reply(id, "二"));

  const auto entries = desk.bucket(protocol::bucket_for_area({101}));

  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(protocol::from_wire<protocol::ReplyEntry>(entries[1].body.value, "reply")->version, 2U);
  EXPECT_EQ(entries[1].offset.value, 2U);
  EXPECT_EQ(desk.events(id), (Words{"received", "replied", "corrected"}));
  EXPECT_EQ(desk.row(id).replies, 2U);
  ASSERT_OK(desk.store.read([&](StoreReader& reader) -> Status {
    const auto replies = desk::case_replies(reader, hashes(), id);
    EXPECT_EQ(replies->size(), 2U);
    const auto& act = replies->at(1).act;
    const auto copy =
        office_keys().open_office_copy(act.for_office.value, act.generation, desk::office_copy_aad(id, 2));
    EXPECT_EQ(protocol::from_wire<protocol::ReplyBody>(*copy, "copy")->text.value, "二");
    EXPECT_EQ(replies->at(1).person, "clerk");
    return {};
  }));
}

TEST_F(Folds, decision_on_old_knowledge_is_a_conflict) {
  const CaseId id = said();
  const auto seen = desk.row(id);
  const auto first =
      desk::make_reply(office_keys(), hashes(), county(), seen, {protocol::ReplyKind::kDone, 1, "zh", "一"},
                       "a", desk.now, id_named<Salt>("1"));
  const auto second =
      desk::make_reply(office_keys(), hashes(), county(), seen, {protocol::ReplyKind::kDone, 1, "zh", "二"},
                       "b", desk.now, id_named<Salt>("2"));
  ASSERT_OK(first);
  ASSERT_OK(second);
  ASSERT_OK(desk.append(*first));

  const Status late = desk.append(*second);

  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, Code::kConflict);
  EXPECT_EQ(desk.row(id).replies, 1U);
  EXPECT_EQ(desk.bucket(protocol::bucket_for_area({101})).size(), 1U);
}

TEST_F(Folds, move_that_does_not_belong_is_refused_with_what_is_allowed) {
  const CaseId id = said();

  const Status to_new = desk.move(id, CaseState::kNew);
  EXPECT_EQ(to_new.error().code, Code::kInvalid);
  EXPECT_EQ(to_new.error().todo, "allowed: accepted, in-progress, closed");
  ASSERT_OK(desk.move(id, CaseState::kAccepted));
  EXPECT_EQ(desk.move(id, CaseState::kAccepted).error().todo, "allowed: in-progress, closed");
  ASSERT_OK(desk.move(id, CaseState::kInProgress));
  EXPECT_EQ(desk.move(id, CaseState::kAnswered).error().todo, "allowed: closed")
      << "answered only by an answer";
  ASSERT_OK(desk.move(id, CaseState::kClosed));
  EXPECT_EQ(desk.move(id, CaseState::kAccepted).error().todo, "allowed: nothing");
  EXPECT_EQ(desk.events(id), (Words{"received", "accepted", "in-progress", "closed"}));
}

TEST_F(Folds, reply_by_a_unit_that_is_not_there_is_refused) {
  const CaseId id = said();

  const auto act =
      desk::make_reply(office_keys(), hashes(), county(), desk.row(id),
                       {protocol::ReplyKind::kDone, 99, "zh", "一"}, "a", desk.now, id_named<Salt>("1"));

  ASSERT_FALSE(act.ok());
  EXPECT_EQ(act.error().code, Code::kInvalid);
}

TEST_F(Folds, opening_is_an_event_of_who_opened) {
  const CaseId id = said();
  ASSERT_OK(desk.open(id, "li"));

  ASSERT_OK(desk.store.read([&](StoreReader& reader) -> Status {
    const auto events = desk::case_events(reader, id);
    EXPECT_EQ(events->at(1).row.actor.value, "li");
    EXPECT_EQ(events->at(1).row.note.value, "answer");
    EXPECT_EQ(log::ledger_entry(reader, events->at(1).entry)->type, desk::act::kCaseOpened);
    return {};
  }));
  EXPECT_EQ(state_of(desk.row(id)), CaseState::kNew);
  EXPECT_EQ(desk.row(id).version.value, 1U);
}

TEST_F(Folds, acts_on_a_case_that_is_not_there_leave_the_views_alone) {
  const CaseId id = id_named<CaseId>("nobody's case");

  ASSERT_OK(desk.open(id));

  EXPECT_FALSE(desk.find(id).has_value());
  EXPECT_TRUE(desk.events(id).empty());
}

TEST_F(Folds, acts_that_cannot_be_read_stop_nothing) {
  const CaseId id = said();
  int number = 0;
  const auto append = [&](const log::StreamKey& stream, std::uint16_t type) {
    ASSERT_OK(desk.append(
        plain_act(stream, type, to_bytes(as_bytes("\xff\xff strange")), desk.now, std::to_string(++number))));
  };
  for (const std::uint16_t type :
       {desk::act::kCaseOpened, desk::act::kCaseReplied, desk::act::kCaseMoved, std::uint16_t{999}})
    append(log::case_stream(id), type);
  append(log::device_stream(kiosk.id()), desk::act::kDeviceEnrolled);
  append(log::device_stream(kiosk.id()), desk::act::kDeviceRevoked);
  append(log::code_stream(id_named<CodeId>("c")), desk::act::kCodeIssued);
  append(log::code_stream(id_named<CodeId>("c")), desk::act::kCodeUsed);
  append(log::person_stream(hashes(), "li"), desk::act::kPersonAdded);
  append(log::person_stream(hashes(), "li"), desk::act::kPasswordChanged);
  append(log::office_stream(), desk::act::kSettingsPublished);

  EXPECT_EQ(desk.counts(kiosk.id()).records, 2U);
  EXPECT_TRUE(desk.bucket(protocol::bucket_for_everyone()).empty());
}

TEST_F(Folds, counts_by_state_are_those_of_the_rows) {
  const CaseId one = said("一");
  const CaseId two = said("二");
  const CaseId three = said("三");
  ASSERT_OK(desk.move(one, CaseState::kAccepted));
  ASSERT_OK(desk.move(two, CaseState::kClosed));
  ASSERT_OK(desk.reply(three, "答"));

  ASSERT_OK(desk.store.read([&](StoreReader& reader) -> Status {
    EXPECT_EQ(*desk::case_counts(reader), (std::vector<std::uint64_t>{0, 1, 0, 1, 1, 0}));
    return {};
  }));
}

TEST_F(Folds, list_goes_from_the_newest_page_by_page) {
  std::vector<CaseId> ids;
  for (int i = 0; i < 7; ++i) ids.push_back(said(std::to_string(i)));
  for (int i : {1, 4}) ASSERT_OK(desk.move(ids[static_cast<std::size_t>(i)], CaseState::kClosed));
  const auto is_open = [](const desk::CaseRow& row) {
    return static_cast<CaseState>(row.state) == CaseState::kNew;
  };

  std::vector<CaseId> listed;
  std::optional<CaseId> after;
  int pages = 0;
  do {
    ASSERT_OK(desk.store.read([&](StoreReader& reader) -> Status {
      const auto page = desk::list_cases(reader, is_open, after, 2);
      for (const auto& row : page->cases) listed.push_back(row.id);
      after = page->next;
      return {};
    }));
    ASSERT_LE(++pages, 3);
  } while (after);

  EXPECT_EQ(listed, (std::vector<CaseId>{ids[6], ids[5], ids[3], ids[2], ids[0]}));
  EXPECT_EQ(pages, 3);
}

TEST_F(Folds, clone_opens_a_branch_that_is_counted_and_whose_cases_are_kept) {
  said("before");
  const auto clone = kiosk.cloned(99);
  const auto honest = kiosk.say(receipt.sign.public_key(), "honest");
  const auto cloned = clone->say(receipt_named("clone's").sign.public_key(), "cloned");
  desk.take(kiosk);
  desk.take(*clone);

  EXPECT_TRUE(desk.find(case_of(honest)).has_value());
  EXPECT_TRUE(desk.find(case_of(cloned)).has_value());
  EXPECT_EQ(desk.counts(kiosk.id()).branches, 1U);
  EXPECT_EQ(desk.counts(kiosk.id()).records, 4U) << "epoch opening, one before, two after";

  clone->say(receipt_named("third").sign.public_key(), "on");
  desk.take(*clone);
  EXPECT_EQ(desk.counts(kiosk.id()).branches, 1U) << "the same branch goes on";
}

TEST_F(Folds, records_that_come_twice_make_no_second_case) {
  const auto saved = kiosk.say(receipt.sign.public_key(), "once");
  const auto clone = kiosk.cloned(1);
  desk.take(kiosk);
  desk.take(*clone);

  EXPECT_EQ(desk.counts(kiosk.id()).records, 2U);
  EXPECT_EQ(desk.events(case_of(saved)), Words{"received"});
}

TEST_F(Folds, device_that_nobody_enrolled_still_makes_a_case_without_a_zone) {
  TestKiosk stranger("never enrolled");
  const auto saved = stranger.say(receipt.sign.public_key(), "x");
  desk.take(stranger);

  EXPECT_EQ(desk.row(case_of(saved)).zone.value, 0U);
}

TEST_F(Folds, revoked_device_keeps_its_row_and_reason) {
  const auto act = plain_act(log::device_stream(kiosk.id()), desk::act::kDeviceRevoked,
                             protocol::to_wire(desk::DeviceRevoked{{"stolen"}}), desk.now, "r");
  ASSERT_OK(desk.append(act));

  ASSERT_OK(desk.store.read([&](StoreReader& reader) -> Status {
    const auto row = desk::find_device(reader, kiosk.id());
    EXPECT_TRUE((*row)->revoked);
    EXPECT_EQ((*row)->revoked_reason.value, "stolen");
    EXPECT_EQ((*row)->revoked_at, desk.now);
    EXPECT_EQ(desk::list_devices(reader)->size(), 1U);
    return {};
  }));
}

TEST_F(Folds, person_must_change_the_first_password_once) {
  auto add = plain_act(log::person_stream(hashes(), "li"), desk::act::kPersonAdded,
                       protocol::to_wire(desk::PersonAdded{{"li"}, {"李"}, {desk::Role::kClerk}, {"hash 1"}}),
                       desk.now, "p");
  add.expected_head = StreamVersion{0};
  ASSERT_OK(desk.append(add));
  add.salt = id_named<Salt>("again");
  EXPECT_EQ(desk.append(add).error().code, Code::kConflict) << "a sign-in name is given once";
  const auto find = [&] {
    desk::PersonRow row;
    EXPECT_OK(desk.store.read([&](StoreReader& reader) -> Status {
      row = **desk::find_person(reader, "li");
      return {};
    }));
    return row;
  };
  EXPECT_TRUE(find().must_change);
  ASSERT_OK(
      desk.append(plain_act(log::person_stream(hashes(), "li"), desk::act::kPasswordChanged,
                            protocol::to_wire(desk::PasswordChanged{{"li"}, {"hash 2"}}), desk.now, "q")));

  EXPECT_FALSE(find().must_change);
  EXPECT_EQ(find().password_hash.value, "hash 2");
  EXPECT_EQ(find().version.value, 2U);
}

TEST_F(Folds, published_settings_go_down_to_everyone_and_the_newest_counts) {
  const auto publish = [&](std::uint16_t type, std::string_view body, std::string_view salt) {
    desk::SettingsPublished settings;
    settings.bucket = protocol::bucket_for_everyone();
    settings.type = type;
    settings.body.value = to_bytes(as_bytes(body));
    ASSERT_OK(desk.append(plain_act(log::office_stream(), desk::act::kSettingsPublished,
                                    protocol::to_wire(settings), desk.now, salt)));
  };
  publish(3, "old", "1");
  publish(4, "areas", "2");
  publish(3, "new", "3");

  EXPECT_EQ(desk.bucket(protocol::bucket_for_everyone()).size(), 3U);
  ASSERT_OK(desk.store.read([&](StoreReader& reader) -> Status {
    const auto newest = desk::newest_settings(reader, protocol::bucket_for_everyone(), 3);
    EXPECT_EQ(as_text(**newest), "new");
    EXPECT_FALSE(desk::newest_settings(reader, protocol::bucket_for_everyone(), 9)->has_value());
    return {};
  }));
}

TEST(BucketsOf, device_follows_everyone_itself_its_places_and_its_zone) {
  const DeviceId device = id_named<DeviceId>("d");

  const auto village = desk::buckets_of(county(), device, {10101}, {101});
  const auto elsewhere = desk::buckets_of(county(), device, {10101}, {102});
  const auto unknown = desk::buckets_of(county(), device, {99999}, {99999});

  using protocol::bucket_for_area;
  EXPECT_EQ(village, (std::vector<protocol::Bucket>{
                         protocol::bucket_for_everyone(), protocol::bucket_for_device(device),
                         bucket_for_area({10101}), bucket_for_area({101}), bucket_for_area({1})}));
  EXPECT_EQ(elsewhere.size(), 6U);
  EXPECT_EQ(elsewhere.back(), bucket_for_area({102}));
  EXPECT_EQ(unknown.size(), 3U);
}

TEST_F(Folds, buckets_are_read_in_pages_without_gap_or_repeat) {
  const auto publish = [&](std::size_t count, std::size_t bytes) {
    for (std::size_t i = 0; i < count; ++i) {
      desk::SettingsPublished settings;
      settings.bucket = protocol::bucket_for_everyone();
      settings.type = 77;
      settings.body.value = Bytes(bytes, 0x42);
      ASSERT_OK(desk.append(plain_act(log::office_stream(), desk::act::kSettingsPublished,
                                      protocol::to_wire(settings), desk.now,
                                      std::to_string(bytes) + "/" + std::to_string(i))));
    }
  };
  publish(limits::kDeltaEntriesMax + 20, 10);
  publish(6, 30'000);
  std::vector<std::uint64_t> offsets;
  protocol::BucketPosition position{protocol::bucket_for_everyone(), {}, {}};
  int rounds = 0;
  for (bool more = true; more;) {
    ASSERT_LE(++rounds, 8);
    ASSERT_OK(desk.store.read([&](StoreReader& reader) -> Status {
      const auto round = desk::read_buckets(reader, {position}, 70'000);
      more = !round->deltas.empty();
      for (const auto& delta : round->deltas) {
        EXPECT_LE(delta.entries.items.size(), limits::kDeltaEntriesMax);
        EXPECT_LE(protocol::to_wire(delta).size(), limits::kFrameBytesMax);
        for (const auto& entry : delta.entries.items) offsets.push_back(entry.offset.value);
      }
      EXPECT_EQ(round->now_at.at(0).after.value, offsets.empty() ? 0 : offsets.back());
      position = round->now_at.at(0);
      return {};
    }));
  }
  ASSERT_EQ(offsets.size(), limits::kDeltaEntriesMax + 26);
  for (std::size_t i = 0; i < offsets.size(); ++i) EXPECT_EQ(offsets[i], i + 1);
  EXPECT_GT(rounds, 3);
}

// --- when it was captured

struct Capturing {
  protocol::RecordHeader header;
  protocol::TimeAnchor anchor;
  BootId boot = id_named<BootId>("boot");
  OfficeTime received{1'790'000'000'000};
  Capturing() {
    header.boot_steps = 100;
    header.wall_steps = static_cast<std::uint32_t>(coarse_steps(received.ms)) - 6;
    anchor.office_steps = static_cast<std::uint64_t>(coarse_steps(received.ms)) - 10;
    anchor.boot = boot;
    anchor.boot_steps = 90;
  }
};

TEST(CapturedBetween, anchor_of_the_same_boot_gives_an_interval_around_the_truth) {
  Capturing c;
  c.anchor.boot_steps = 96;  // met the office 40 minutes before the capture
  const OfficeTime truth{(static_cast<std::int64_t>(c.anchor.office_steps) + 4) * kCoarseMs + kCoarseMs / 2};

  const auto between = desk::captured_between(c.header, c.anchor, c.boot, c.received);

  ASSERT_TRUE(between.known);
  EXPECT_LE(between.from, truth);
  EXPECT_GE(between.to, truth);
  EXPECT_LE(huiyin::between(between.from, between.to).ms, 4 * kCoarseMs);
}

TEST(CapturedBetween, same_boot_does_not_care_what_the_wall_clock_says) {
  for (const std::int64_t wall : {std::int64_t{0}, std::int64_t{4'070'908'800'000}}) {  // 1970, 2099
    Capturing c;
    c.header.wall_steps = static_cast<std::uint32_t>(coarse_steps(wall));
    EXPECT_TRUE(desk::captured_between(c.header, c.anchor, c.boot, c.received).known);
  }
}

TEST(CapturedBetween, capture_before_the_anchor_is_computed_backwards) {
  Capturing c;
  c.header.boot_steps = 80;
  const auto between = desk::captured_between(c.header, c.anchor, c.boot, c.received);

  ASSERT_TRUE(between.known);
  EXPECT_EQ(between.from.ms, (static_cast<std::int64_t>(c.anchor.office_steps) - 11) * kCoarseMs);
}

TEST(CapturedBetween, another_boot_leaves_the_wall_clock_and_the_arrival) {
  Capturing c;
  const auto between = desk::captured_between(c.header, c.anchor, id_named<BootId>("other boot"), c.received);
  const auto nobody = desk::captured_between(c.header, {}, std::nullopt, c.received);

  ASSERT_TRUE(between.known);
  EXPECT_EQ(between.from.ms, (static_cast<std::int64_t>(c.header.wall_steps) - 1) * kCoarseMs);
  EXPECT_EQ(between.to, c.received);
  EXPECT_EQ(nobody.from, between.from);
}

TEST(CapturedBetween, impossible_wall_clocks_are_not_believed) {
  for (const std::int64_t wall :
       {std::int64_t{0}, std::int64_t{86'400'000}, std::int64_t{4'070'908'800'000}}) {
    Capturing c;
    c.header.wall_steps = static_cast<std::uint32_t>(coarse_steps(wall));
    const auto between = desk::captured_between(c.header, {}, std::nullopt, c.received);
    EXPECT_FALSE(between.known) << wall;
    EXPECT_EQ(between.to, c.received);
  }
  Capturing last;
  last.header.wall_steps = UINT32_MAX;
  EXPECT_FALSE(desk::captured_between(last.header, {}, std::nullopt, last.received).known);
}

TEST(CapturedBetween, impossible_anchors_are_not_believed) {
  for (const std::uint64_t steps :
       {std::uint64_t{1}, std::uint64_t{UINT32_MAX}, std::uint64_t{UINT64_MAX / 2}, UINT64_MAX}) {
    Capturing c;
    c.header.wall_steps = 0;
    c.anchor.office_steps = steps;
    const auto between = desk::captured_between(c.header, c.anchor, c.boot, c.received);
    EXPECT_FALSE(between.known) << steps;
    EXPECT_EQ(between.to, c.received) << steps;
  }
}

TEST(DueAt, days_count_from_the_capture_where_it_is_known) {
  desk::CaseRow row;
  row.category = {101};
  row.received = {1'790'000'000'000};
  EXPECT_EQ(desk::due_at(county(), row).ms, row.received.ms + 13 * kMsPerDay);
  row.captured_known = true;
  row.captured_from = {1'789'000'000'000};
  EXPECT_EQ(desk::due_at(county(), row).ms, row.captured_from.ms + 13 * kMsPerDay);
  row.category = {0};
  EXPECT_EQ(desk::due_at(county(), row).ms, row.captured_from.ms + county().office.answer_days * kMsPerDay);
}

TEST_F(Folds, reboot_tells_the_interval_of_later_records_by_their_own_boot) {
  const auto before = kiosk.say(receipt.sign.public_key(), "before");
  kiosk.reboot("boot 2");
  const auto after = kiosk.say(receipt_named("2").sign.public_key(), "after");
  desk.take(kiosk);

  EXPECT_TRUE(desk.row(case_of(before)).captured_known);
  EXPECT_TRUE(desk.row(case_of(after)).captured_known);
  EXPECT_EQ(desk.counts(kiosk.id()).records, 4U);
}

// --- judging

TEST(JudgeRecord, only_what_does_not_follow_its_format_waits) {
  protocol::Record record;
  record.header.type = protocol::record_type::kFeedback;
  record.payload = protocol::make_payload({}, as_bytes("sealed"));
  EXPECT_FALSE(judge_record(record).has_value());
  record.payload = protocol::make_payload(as_bytes("clear only"), {});
  EXPECT_TRUE(judge_record(record).has_value());
  record.payload = {0x85};  // a length that does not end
  EXPECT_TRUE(judge_record(record).has_value());
  record.header.type = protocol::record_type::kEpochOpen;
  record.payload = protocol::make_payload(as_bytes("no opening"), {});
  EXPECT_TRUE(judge_record(record).has_value());
  record.payload = protocol::make_payload(protocol::to_wire(protocol::EpochOpen{}), {});
  EXPECT_FALSE(judge_record(record).has_value());
  record.header.type = 999;
  record.payload = protocol::make_payload(as_bytes("whatever it is"), {});
  EXPECT_FALSE(judge_record(record).has_value()) << "a type we do not know is kept";
}

}  // namespace
}  // namespace huiyin::office::testing
