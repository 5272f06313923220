#include "shared/crypto/seal.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "shared/core/prng.hpp"

namespace huiyin::crypto {
namespace {

struct Holder {
  explicit Holder(std::uint32_t id) : key_id{id} {}
  SealGeneration key_id;
  SealKeyPair pair = SealKeyPair::generate();
  [[nodiscard]] SealRecipient recipient() const { return {key_id, pair.public_key()}; }
};

class Seal : public testing::Test {
 protected:
  Bytes sealed_for(std::span<const SealRecipient> recipients, ByteView plain) {
    const SealSection section{SectionKind::kText, plain, recipients};
    auto sealed = seal(kRecordSealContext, {&section, 1}, aad_);
    EXPECT_TRUE(sealed.ok()) << sealed.error().text();
    return *sealed;
  }
  /// A routing section for one and a text section for two.
  Bytes feedback() {
    const SealRecipient routing[] = {routing_.recipient()};
    const SealRecipient text[] = {text_.recipient(), auditor_.recipient()};
    const SealSection sections[] = {{SectionKind::kRouting, as_bytes("category 3"), routing},
                                    {SectionKind::kText, as_bytes("路灯坏了三个月"), text}};
    return *seal(kRecordSealContext, sections, aad_);
  }
  Result<Bytes> open(ByteView sealed, SectionKind kind, const Holder& holder) {
    return open_section(sealed, kind, holder.key_id, holder.pair, kRecordSealContext, aad_);
  }

  Holder routing_{1};
  Holder text_{2};
  Holder auditor_{9};
  Bytes aad_ = to_bytes(as_bytes("device epoch seq form"));
};

TEST_F(Seal, Each_section_opens_for_those_it_names) {
  const Bytes sealed = feedback();
  EXPECT_EQ(as_text(*open(sealed, SectionKind::kRouting, routing_)), "category 3");
  EXPECT_EQ(as_text(*open(sealed, SectionKind::kText, text_)), "路灯坏了三个月");
  EXPECT_EQ(as_text(*open(sealed, SectionKind::kText, auditor_)), "路灯坏了三个月");
  EXPECT_EQ(open(sealed, SectionKind::kText, routing_).error().code, Code::kNotFound);
  EXPECT_EQ(open(sealed, SectionKind::kWhole, text_).error().code, Code::kNotFound);
}

TEST_F(Seal, One_short_section_costs_what_the_layout_says) {
  const SealRecipient recipients[] = {text_.recipient()};
  EXPECT_EQ(sealed_for(recipients, as_bytes("short")).size(), 32U + 1 + 2 + 4 + 2 + 32 + 16);
}

TEST_F(Seal, List_shows_what_can_be_seen_without_a_key) {
  const auto sections = list_sections(feedback());
  ASSERT_TRUE(sections.ok());
  ASSERT_EQ(sections->size(), 2U);
  EXPECT_EQ((*sections)[0].kind, SectionKind::kRouting);
  EXPECT_EQ((*sections)[1].key_ids, (std::vector<SealGeneration>{{2}, {9}}));
  EXPECT_EQ((*sections)[1].sealed_bytes, 32U + 16);
}

TEST_F(Seal, Wrong_key_under_the_right_id_is_refused) {
  const Bytes sealed = feedback();
  for (const auto& [kind, id] : {std::pair{SectionKind::kRouting, 1U}, {SectionKind::kText, 2U}}) {
    const Holder thief(id);
    EXPECT_EQ(open(sealed, kind, thief).error().code, Code::kRefused);
  }
}

TEST_F(Seal, Another_place_or_context_does_not_open_it) {
  const Bytes sealed = feedback();
  Bytes elsewhere = aad_;
  elsewhere.back() ^= 1U;
  for (const Holder* holder : {&text_, &auditor_}) {
    const auto moved =
        open_section(sealed, SectionKind::kText, holder->key_id, holder->pair, kRecordSealContext, elsewhere);
    EXPECT_EQ(moved.error().code, Code::kRefused);
    const auto other =
        open_section(sealed, SectionKind::kText, holder->key_id, holder->pair, "huiyin/other/1", aad_);
    EXPECT_EQ(other.error().code, Code::kRefused);
  }
}

TEST_F(Seal, Section_of_one_seal_does_not_open_in_another) {
  const SealRecipient recipients[] = {text_.recipient()};
  const Bytes one = sealed_for(recipients, as_bytes("one"));
  Bytes mixed = sealed_for(recipients, as_bytes("two"));
  std::copy(one.begin() + 33, one.end(), mixed.begin() + 33);
  EXPECT_EQ(open(mixed, SectionKind::kText, text_).error().code, Code::kRefused);
}

TEST_F(Seal, Two_sections_to_one_key_do_not_share_a_key_stream) {
  const SealRecipient recipients[] = {text_.recipient()};
  const Bytes plain = random_bytes(20);
  const SealSection sections[] = {{SectionKind::kText, plain, recipients},
                                  {SectionKind::kWhole, plain, recipients}};
  const Bytes sealed = *seal(kRecordSealContext, sections, aad_);
  const ByteView first = ByteView(sealed).subspan(33 + 8, 32);
  const ByteView second = ByteView(sealed).subspan(33 + 8 + 48 + 8, 32);
  EXPECT_FALSE(equal(first, second));
  EXPECT_EQ(*open(sealed, SectionKind::kText, text_), plain);
  EXPECT_EQ(*open(sealed, SectionKind::kWhole, text_), plain);
}

TEST_F(Seal, Every_flipped_bit_fails_or_is_another_recipients_concern) {
  const Bytes sealed = feedback();
  const std::size_t wrapped_for_auditor = 33 + 2 + 4 + 2 + 48 + 2 + 4 + 48 + 4;
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
    const std::size_t at = bit / 8;
    const bool in_routing = at >= 33 && at < 33 + 2 + 4 + 2 + 48;
    const bool auditors_wrap = at >= wrapped_for_auditor && at < wrapped_for_auditor + 48;
    const auto text = open(changed, SectionKind::kText, text_);
    if (text.ok()) {
      EXPECT_TRUE(in_routing || auditors_wrap) << "byte " << at;
      EXPECT_EQ(as_text(*text), "路灯坏了三个月");
    }
    const auto concerned = in_routing ? open(changed, SectionKind::kRouting, routing_)
                                      : open(changed, SectionKind::kText, auditor_);
    EXPECT_FALSE(concerned.ok() && (in_routing || auditors_wrap)) << "byte " << at;
  }
}

TEST_F(Seal, Every_cut_and_every_added_byte_is_malformed) {
  Bytes sealed = feedback();
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(list_sections(ByteView(sealed).first(size)).error().code, Code::kMalformed) << size;
    EXPECT_FALSE(open(ByteView(sealed).first(size), SectionKind::kText, text_).ok());
  }
  sealed.push_back(0);
  EXPECT_EQ(list_sections(sealed).error().code, Code::kMalformed);
}

TEST_F(Seal, Random_bytes_never_parse_into_trouble) {
  Prng random(1);
  const Bytes good = feedback();
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes = random.chance(1, 2) ? random.bytes(random.below(300)) : good;
    for (int k = 0; k < 3 && !bytes.empty(); ++k)
      bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.below(6));
    if (list_sections(bytes).ok()) (void)open(bytes, SectionKind::kText, text_);
  }
}

TEST_F(Seal, Any_length_opens_again_and_stands_on_the_ladder) {
  const SealRecipient recipients[] = {text_.recipient()};
  Prng random(2);
  for (std::size_t size = 0; size <= 4093; size += 1 + size / 9) {
    const Bytes plain = random.bytes(size);
    const Bytes sealed = sealed_for(recipients, plain);
    EXPECT_EQ(*open(sealed, SectionKind::kText, text_), plain);
    const std::size_t packed = (*list_sections(sealed))[0].sealed_bytes - 16;
    EXPECT_EQ(packed, *std::lower_bound(kSealLadder.begin(), kSealLadder.end(), size + 3));
  }
}

TEST_F(Seal, Text_that_compresses_takes_a_lower_step) {
  const SealRecipient recipients[] = {text_.recipient()};
  const Bytes plain(30'000, 'a');
  const Bytes sealed = sealed_for(recipients, plain);
  EXPECT_LT(sealed.size(), 200U);
  EXPECT_EQ(*open(sealed, SectionKind::kText, text_), plain);
}

TEST_F(Seal, What_does_not_fit_is_refused_before_sealing) {
  const SealRecipient recipients[] = {text_.recipient()};
  for (const Bytes& plain : {random_bytes(4094), Bytes(4096 * 8 + 1, 'a')}) {
    const SealSection section{SectionKind::kText, plain, recipients};
    EXPECT_EQ(seal(kRecordSealContext, {&section, 1}, aad_).error().code, Code::kTooLarge);
  }
}

TEST_F(Seal, Recipients_and_kinds_outside_the_layout_are_refused) {
  const SealRecipient twice[] = {text_.recipient(), text_.recipient()};
  const SealRecipient five[] = {Holder(1).recipient(), Holder(2).recipient(), Holder(3).recipient(),
                                Holder(4).recipient(), Holder(5).recipient()};
  const SealRecipient one[] = {text_.recipient()};
  const SealRecipient no_key[] = {{{1}, SealKey{}}};
  for (const std::span<const SealRecipient> recipients :
       {std::span<const SealRecipient>(twice), std::span<const SealRecipient>(five),
        std::span<const SealRecipient>{}, std::span<const SealRecipient>(no_key)}) {
    const SealSection section{SectionKind::kText, as_bytes("x"), recipients};
    EXPECT_EQ(seal(kRecordSealContext, {&section, 1}, aad_).error().code, Code::kInvalid);
  }
  const SealSection same_kind[] = {{SectionKind::kText, as_bytes("x"), one},
                                   {SectionKind::kText, as_bytes("y"), one}};
  EXPECT_EQ(seal(kRecordSealContext, same_kind, aad_).error().code, Code::kInvalid);
  EXPECT_TRUE(list_sections(sealed_for(std::span(five).first(4), as_bytes("x"))).ok());
}

TEST_F(Seal, Section_key_opens_its_section_and_no_other) {
  const Bytes sealed = feedback();
  const auto key =
      section_key(sealed, SectionKind::kText, text_.key_id, text_.pair, kRecordSealContext, aad_);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(as_text(*open_with_section_key(sealed, SectionKind::kText, *key, aad_)), "路灯坏了三个月");
  EXPECT_EQ(open_with_section_key(sealed, SectionKind::kRouting, *key, aad_).error().code, Code::kRefused);
  EXPECT_EQ(open_with_section_key(sealed, SectionKind::kText, *key, {}).error().code, Code::kRefused);
}

}  // namespace
}  // namespace huiyin::crypto
