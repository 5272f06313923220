#pragma once
/// From what a person said to a record: checked, packed, and sealed when the journal has given it
/// its place. Pure but for the randomness of a seal; no plain text outlives the capture.

#include <optional>

#include "kiosk/problem.hpp"
#include "shared/civic/rules.hpp"
#include "shared/crypto/receipt.hpp"
#include "shared/log/journal.hpp"

namespace huiyin::kiosk {

/// Zeroes what a string holds before it is let go.
void wipe_text(std::string& text);

/// What the page posted, as it came.
struct Said {
  CategoryCode category;
  std::int64_t feeling = 0;
  std::string text;
  std::string language;
  Said() = default;
  Said(Said&&) = default;
  Said& operator=(Said&&) = default;
  ~Said() { wipe_text(text); }
};

/// Cleans the text in place; a problem when it cannot be taken.
[[nodiscard]] std::optional<Problem> check_said(Said& said);
/// A category that is offered: listed, and not confidential (this version has no key for those).
[[nodiscard]] const civic::Category* offered_category(const civic::CategoryList& list, CategoryCode code);

/// Where and to whom.
struct CapturePlace {
  AreaId area;
  protocol::SealingKeys keys;  ///< the newest of the ring
};

/// Two sections: routing to the routing key, text to the text key. Call check_said() before.
[[nodiscard]] log::Capture feedback_capture(const Said& said, const PublicKey& receipt,
                                            const CapturePlace& place);

/// One section to the routing key, signed by the receipt.
[[nodiscard]] log::Capture rating_capture(const crypto::ReceiptKeys& receipt, const OfficeId& office,
                                          std::uint32_t reply_version, protocol::Solved solved,
                                          std::uint8_t stars, const CapturePlace& place);

}  // namespace huiyin::kiosk
