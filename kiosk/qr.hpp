#pragma once
/// A receipt's digits as a QR code, by libqrencode.

#include <string>
#include <string_view>
#include <vector>

#include "shared/core/result.hpp"

namespace huiyin::kiosk {

struct QrCode {
  unsigned size = 0;              ///< modules in a row, without the quiet zone
  std::vector<std::string> rows;  ///< '1' dark, '0' light
};

/// kInvalid when the library cannot.
[[nodiscard]] Result<QrCode> make_qr(std::string_view text);

}  // namespace huiyin::kiosk
