#include "kiosk/capture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "shared/core/memory_store.hpp"
#include "shared/core/utf8.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/crypto/seal.hpp"

namespace huiyin::kiosk {
namespace {

constexpr AreaId kVillage{10101};

struct Office {
  crypto::SealKeyPair routing = crypto::SealKeyPair::generate();
  crypto::SealKeyPair text = crypto::SealKeyPair::generate();
  crypto::SealKeyPair other = crypto::SealKeyPair::generate();
  [[nodiscard]] CapturePlace place() const {
    return {kVillage, {{3}, routing.public_key(), text.public_key()}};
  }
};

Said said_of(std::string text, std::int64_t feeling = 2) {
  Said said;
  said.category = {101};
  said.feeling = feeling;
  said.text = std::move(text);
  said.language = "zh";
  return said;
}

class CaptureTest : public ::testing::Test {
 protected:
  log::Journal open() {
    return log::Journal::open({store_,
                               crypto::hash_port(),
                               device_,
                               {},
                               kVillage,
                               [](std::span<std::uint8_t> out) { crypto::random_fill(out); }},
                              {})
        .value();
  }
  bool store_holds(std::string_view needle) {
    bool holds = false;
    const Status read = store_.read([&](StoreReader& reader) -> Status {
      for (Table table = 0; table < kStoreTables; ++table)
        HUIYIN_TRY(reader.scan(table, {}, [&](ByteView, ByteView value) {
          holds = holds || as_text(value).find(needle) != std::string_view::npos;
          return true;
        }));
      return {};
    });
    EXPECT_TRUE(read.ok());
    return holds;
  }
  MemoryStore store_;
  crypto::KeyPair device_ = crypto::KeyPair::generate();
  crypto::KeyPair receipt_ = crypto::KeyPair::generate();
  Office office_;
};

TEST_F(CaptureTest, Feedback_is_sealed_on_the_disk_and_opens_with_the_office_s_keys_alone) {
  log::Journal journal = open();
  const Said said = said_of("the well is dry, the well is dry");
  const auto saved = journal.append(feedback_capture(said, receipt_.public_key(), office_.place()), {});
  ASSERT_TRUE(saved.ok()) << saved.error().text();

  EXPECT_FALSE(store_holds("the well is dry"));
  EXPECT_FALSE(store_holds(as_text(receipt_.public_key().view())));
  const protocol::Record record = journal.read(saved->seq).value();
  EXPECT_EQ(record.header.type, protocol::record_type::kFeedback);
  EXPECT_EQ(record.header.generation.value, 3U);
  EXPECT_EQ(record.header.seal_mode, static_cast<std::uint8_t>(protocol::SealMode::kX25519ChaCha));
  const protocol::PayloadView payload = protocol::split_payload(record.payload).value();
  EXPECT_TRUE(payload.clear.empty());
  const Bytes aad = protocol::seal_aad(record.header);
  const auto open_with = [&](crypto::SectionKind kind, const crypto::SealKeyPair& pair, ByteView place) {
    return crypto::open_section(payload.sealed, kind, {3}, pair, protocol::kSealContext, place);
  };
  const auto routing = protocol::wire_value<protocol::FeedbackRouting>(
      open_with(crypto::SectionKind::kRouting, office_.routing, aad).value(), "routing");
  EXPECT_EQ(routing->category.value, 101);
  EXPECT_EQ(routing->place, kVillage);
  EXPECT_EQ(routing->receipt, receipt_.public_key());
  const auto text = protocol::wire_value<protocol::FeedbackText>(
      open_with(crypto::SectionKind::kText, office_.text, aad).value(), "text");
  EXPECT_EQ(text->text.value, "the well is dry, the well is dry");
  EXPECT_EQ(text->language.value, "zh");

  EXPECT_FALSE(open_with(crypto::SectionKind::kText, office_.routing, aad).ok());
  EXPECT_FALSE(open_with(crypto::SectionKind::kText, office_.other, aad).ok());
  protocol::RecordHeader moved = record.header;
  ++moved.seq.value;
  EXPECT_FALSE(open_with(crypto::SectionKind::kText, office_.text, protocol::seal_aad(moved)).ok());
}

TEST_F(CaptureTest, Longest_text_fits_and_texts_of_one_step_have_one_size) {
  log::Journal journal = open();
  std::string longest;
  for (int i = 0; i < 1000; ++i) append_code_point(longest, static_cast<char32_t>(0x20000 + i * 7));
  Said said = said_of(longest);
  ASSERT_FALSE(check_said(said)) << "1,000 characters of 4 bytes";
  EXPECT_TRUE(journal.append(feedback_capture(said, receipt_.public_key(), office_.place()), {}).ok());

  const auto size_of = [&](const char* text) {
    const auto saved =
        journal.append(feedback_capture(said_of(text), receipt_.public_key(), office_.place()), {});
    return journal.read(saved->seq)->payload.size();
  };
  EXPECT_EQ(size_of("yes"), size_of("no, never"));
}

TEST_F(CaptureTest, Rating_is_signed_by_the_receipt_and_tells_the_disk_nothing) {
  log::Journal journal = open();
  const OfficeId office;
  const auto code = crypto::ReceiptCode::generate();
  const auto keys = crypto::derive_receipt(code, {}, {1, crypto::kKdfMemBytesMin});
  ASSERT_TRUE(keys.ok());
  const auto saved =
      journal.append(rating_capture(*keys, office, 2, protocol::Solved::kPartly, 4, office_.place()), {});
  ASSERT_TRUE(saved.ok());
  const protocol::Record record = journal.read(saved->seq).value();
  EXPECT_EQ(record.header.type, protocol::record_type::kRating);
  const Bytes plain =
      crypto::open_section(protocol::split_payload(record.payload)->sealed, crypto::SectionKind::kRouting,
                           {3}, office_.routing, protocol::kSealContext, protocol::seal_aad(record.header))
          .value();
  const auto rating = protocol::wire_value<protocol::Rating>(plain, "rating");
  EXPECT_EQ(rating->stars, 4);
  EXPECT_EQ(rating->solved.value, protocol::Solved::kPartly);
  EXPECT_TRUE(protocol::verify_rating(crypto::hash_port(), office, *rating));
  EXPECT_FALSE(store_holds(as_text(keys->sign.public_key().view())));
}

TEST_F(CaptureTest, Full_store_refuses_and_the_next_record_takes_the_same_number) {
  log::Journal journal = open();
  store_.set_capacity(store_.used_bytes() + 10);
  const auto full =
      journal.append(feedback_capture(said_of("x"), receipt_.public_key(), office_.place()), {});
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(storage_problem(full.error()).type, "storage-full");
  EXPECT_EQ(status_of(storage_problem(full.error())), 507);
  store_.set_capacity(SIZE_MAX);
  EXPECT_EQ(
      journal.append(feedback_capture(said_of("x"), receipt_.public_key(), office_.place()), {})->seq.value,
      2U);
}

TEST(CheckSaid, Text_is_cleaned_of_what_changes_other_text_and_otherwise_left_alone) {
  Said said = said_of("<b>水</b>\r\na\u202Eb\u2066c\u200Bd\uFEFF");
  ASSERT_FALSE(check_said(said));
  EXPECT_EQ(said.text, "<b>水</b>\nabcd");
}

TEST(CheckSaid, Each_refusal_has_its_type) {
  const auto type_of = [](Said said) {
    const auto refused = check_said(said);
    return refused ? std::string(refused->type) : std::string();
  };
  EXPECT_EQ(type_of(said_of("", 0)), "nothing-said");
  EXPECT_EQ(type_of(said_of(" \n\t", 0)), "nothing-said");
  EXPECT_EQ(type_of(said_of("\u200B\u202E", 0)), "nothing-said");
  EXPECT_EQ(type_of(said_of("", 1)), "");
  EXPECT_EQ(type_of(said_of("x", 0)), "");
  EXPECT_EQ(type_of(said_of("x", 6)), "malformed");
  EXPECT_EQ(type_of(said_of("x", -1)), "malformed");
  EXPECT_EQ(type_of(said_of(std::string("a\0b", 3))), "text-refused");
  EXPECT_EQ(type_of(said_of("bell\a")), "text-refused");
  EXPECT_EQ(type_of(said_of("\xC0\x80")), "text-refused");
  EXPECT_EQ(type_of(said_of(std::string(1000, 'a'))), "");
  EXPECT_EQ(type_of(said_of(std::string(1001, 'a'))), "text-too-long");
  EXPECT_EQ(type_of(said_of(std::string(1024 * 1024, 'a'))), "text-too-long");
  Said no_language = said_of("x");
  no_language.language = "<zh>";
  EXPECT_EQ(type_of(std::move(no_language)), "malformed");
}

TEST(OfferedCategory, Confidential_and_unknown_ones_are_not_offered) {
  civic::CategoryList list;
  list.items.items.resize(2);
  list.items.items[0].code = {101};
  list.items.items[1].code = {102};
  list.items.items[1].confidential = true;
  EXPECT_NE(offered_category(list, {101}), nullptr);
  EXPECT_EQ(offered_category(list, {102}), nullptr);
  EXPECT_EQ(offered_category(list, {103}), nullptr);
}

}  // namespace
}  // namespace huiyin::kiosk
