#pragma once
/// What stands inside payloads, sealed sections and bucket entries. All are wire structs:
/// to_wire() / from_wire() in archive.hpp, or the named functions in codec.hpp.

#include "protocol/messages.hpp"

namespace huiyin::protocol {

enum class EpochReason : std::uint8_t {
  kFirst = 0,
  kBoot = 1,
  kRebuilt = 2,
  kRestored = 3,
  kOfficeDiffers = 4
};
}  // namespace huiyin::protocol
template <>
struct huiyin::ChoiceLast<huiyin::protocol::EpochReason> {
  static constexpr auto value = huiyin::protocol::EpochReason::kOfficeDiffers;
};
namespace huiyin::protocol {

/// Clear payload of record_type::kEpochOpen, the first record of every epoch.
struct EpochOpen {
  EpochId parent;  ///< none for a device's first epoch
  Seq parent_through;
  Hash parent_hash;
  Choice<EpochReason> reason;
  BootId boot;
  friend bool operator==(const EpochOpen&, const EpochOpen&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(parent, parent_through, parent_hash, reason, boot);
  }
};

/// Kinds of sealed sections, and which office key each is sealed to.
namespace section {
constexpr std::uint8_t kRouting = 1;
constexpr std::uint8_t kText = 2;
}  // namespace section
inline constexpr std::string_view kSealContext = "huiyin/seal/1";

/// Routing section of record_type::kFeedback: what the office needs to assign, count and answer.
struct FeedbackRouting {
  CategoryCode category;
  AreaId place;              ///< what it is about; the kiosk's village unless chosen otherwise
  std::uint8_t feeling = 0;  ///< 0 not given, 1 very unhappy … 5 very happy
  PublicKey receipt;
  friend bool operator==(const FeedbackRouting&, const FeedbackRouting&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(category, place, feeling, receipt);
  }
};

/// Text section: only who may open texts sees it.
struct FeedbackText {
  Text<16> language;  ///< BCP 47
  Text<limits::kTextBytesMax> text;
  friend bool operator==(const FeedbackText&, const FeedbackText&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(language, text);
  }
};

enum class Solved : std::uint8_t { kNo = 0, kPartly = 1, kYes = 2 };
}  // namespace huiyin::protocol
template <>
struct huiyin::ChoiceLast<huiyin::protocol::Solved> {
  static constexpr auto value = huiyin::protocol::Solved::kYes;
};
namespace huiyin::protocol {

/// Routing section of record_type::kRating. Signed by the receipt's key, so that an office
/// cannot invent satisfaction.
struct Rating {
  PublicKey receipt;
  std::uint32_t reply_version = 0;
  Choice<Solved> solved;
  std::uint8_t stars = 0;  ///< 1 … 5
  Signature signature;
  friend bool operator==(const Rating&, const Rating&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(receipt, reply_version, solved, stars, signature);
  }
};
void sign_rating(const SignPort& receipt_key, const OfficeId& office, Rating& rating);
[[nodiscard]] bool verify_rating(const HashPort& hashes, const OfficeId& office, const Rating& rating);

enum class ReplyKind : std::uint8_t { kDone = 0, kWillDo = 1, kCannot = 2, kNeedMore = 3 };
}  // namespace huiyin::protocol
template <>
struct huiyin::ChoiceLast<huiyin::protocol::ReplyKind> {
  static constexpr auto value = huiyin::protocol::ReplyKind::kNeedMore;
};
namespace huiyin::protocol {

/// The plain text of a reply, sealed twice: to the receipt and to the office's text key.
struct ReplyBody {
  std::uint32_t version = 0;  ///< 1, and one more with every correction
  Choice<ReplyKind> kind;
  Text<16> language;
  Text<limits::kTextBytesMax> text;
  Text<limits::kNameBytesMax> unit_zh;
  Text<limits::kNameBytesMax> unit_en;
  OfficeTime at;
  friend bool operator==(const ReplyBody&, const ReplyBody&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, kind, language, text, unit_zh, unit_en, at);
  }
};

/// Bucket entry kReply, in the bucket of the reply zone. Looked up locally by tag; nobody asks
/// the office by tag. The entry's signature is the office's.
struct ReplyEntry {
  ReceiptTag tag;
  std::uint32_t version = 0;  ///< the highest one counts
  Blob<limits::kBucketEntryBytesMax - 1024> sealed;
  friend bool operator==(const ReplyEntry&, const ReplyEntry&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(tag, version, sealed);
  }
};

/// What the sealed body of a reply is bound to: context ‖ office ‖ tag ‖ version as big-endian u32.
/// Whoever seals and whoever opens it use this.
[[nodiscard]] Bytes reply_aad(const OfficeId& office, const ReceiptTag& tag, std::uint32_t version);

}  // namespace huiyin::protocol
