#include "kiosk/capture.hpp"

#include <algorithm>
#include <memory>

#include "shared/core/check.hpp"
#include "shared/core/utf8.hpp"
#include "shared/crypto/seal.hpp"

namespace huiyin::kiosk {

namespace {

/// Wire bytes that are wiped with their last owner: the journal's copy of the capture.
using PlainPart = std::shared_ptr<const crypto::Secret>;

template <class Part>
PlainPart plain_of(const Part& part) {
  Bytes bytes = protocol::wire_bytes(part);
  auto secret = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes));
  crypto::wipe(bytes);
  return secret;
}

bool is_language(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !text.empty() && text.size() <= 16 && std::all_of(text.begin(), text.end(), fits);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\n") == std::string_view::npos; }

log::Capture sealed_capture(std::uint16_t type, const CapturePlace& place) {
  log::Capture capture;
  capture.type = type;
  capture.area = place.area;
  capture.generation = place.keys.generation;
  return capture;
}

Result<Bytes> sealed_payload(std::span<const crypto::SealSection> sections,
                             const protocol::RecordHeader& header) {
  const auto sealed = crypto::seal(protocol::kSealContext, sections, protocol::seal_aad(header));
  if (!sealed.ok()) return sealed.error();
  return protocol::make_payload({}, *sealed);
}

}  // namespace

void wipe_text(std::string& text) {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  text.clear();
}

std::optional<Problem> check_said(Said& said) {
  if (said.feeling < 0 || said.feeling > 5) return problem("malformed", "feeling is a number from 0 to 5");
  if (!is_language(said.language)) return problem("malformed", "language is a short tag like zh or en");
  std::string cleaned = clean_person_text(said.text);
  wipe_text(said.text);
  said.text = std::move(cleaned);
  const Status taken = check_person_text(said.text, limits::kTextCharactersMax, limits::kTextBytesMax);
  if (!taken.ok()) {
    const bool too_long = taken.error().code == Code::kTooLarge;
    return problem(too_long ? "text-too-long" : "text-refused", taken.error().text());
  }
  if (is_blank(said.text) && said.feeling == 0)
    return problem("nothing-said", "there is neither a text nor a feeling");
  return std::nullopt;
}

const civic::Category* offered_category(const civic::CategoryList& list, CategoryCode code) {
  const auto& items = list.items.items;
  const auto at = std::find_if(items.begin(), items.end(), [&](const civic::Category& each) {
    return each.code == code && !each.confidential;
  });
  return at == items.end() ? nullptr : &*at;
}

log::Capture feedback_capture(const Said& said, const PublicKey& receipt, const CapturePlace& place) {
  log::Capture capture = sealed_capture(protocol::record_type::kFeedback, place);
  const protocol::FeedbackRouting about{said.category, place.area, static_cast<std::uint8_t>(said.feeling),
                                        receipt};
  protocol::FeedbackText words{{said.language}, {said.text}};
  const PlainPart routing = plain_of(about);
  const PlainPart text = plain_of(words);
  wipe_text(words.text.value);
  capture.payload = [routing, text,
                     keys = place.keys](const protocol::RecordHeader& header) -> Result<Bytes> {
    const crypto::SealRecipient to_routing{keys.generation, keys.routing};
    const crypto::SealRecipient to_text{keys.generation, keys.text};
    const std::array sections{
        crypto::SealSection{crypto::SectionKind::kRouting, routing->view(), {&to_routing, 1}},
        crypto::SealSection{crypto::SectionKind::kText, text->view(), {&to_text, 1}}};
    return sealed_payload(sections, header);
  };
  return capture;
}

log::Capture rating_capture(const crypto::ReceiptKeys& receipt, const OfficeId& office,
                            std::uint32_t reply_version, protocol::Solved solved, std::uint8_t stars,
                            const CapturePlace& place) {
  protocol::Rating rating;
  rating.receipt = receipt.sign.public_key();
  rating.reply_version = reply_version;
  rating.solved.value = solved;
  rating.stars = stars;
  protocol::sign_rating(receipt.sign, office, rating);
  log::Capture capture = sealed_capture(protocol::record_type::kRating, place);
  capture.payload = [plain = plain_of(rating),
                     keys = place.keys](const protocol::RecordHeader& header) -> Result<Bytes> {
    const crypto::SealRecipient to_routing{keys.generation, keys.routing};
    const std::array sections{
        crypto::SealSection{crypto::SectionKind::kRouting, plain->view(), {&to_routing, 1}}};
    return sealed_payload(sections, header);
  };
  return capture;
}

}  // namespace huiyin::kiosk
