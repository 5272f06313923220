#include "kiosk/qr.hpp"

#include <qrencode.h>

#include <memory>

#include "shared/crypto/secret.hpp"

namespace huiyin::kiosk {

Result<QrCode> make_qr(std::string_view text) {
  const auto free_input = [](QRinput* input) { QRinput_free(input); };
  const std::unique_ptr<QRinput, decltype(free_input)> input(QRinput_new2(0, QR_ECLEVEL_M), free_input);
  if (!input || QRinput_append(input.get(), QR_MODE_NUM, static_cast<int>(text.size()),
                               reinterpret_cast<const unsigned char*>(text.data())) != 0)
    return error(Code::kInvalid, "a QR code of digits cannot be begun");
  const auto free_code = [](QRcode* code) {
    const auto modules = static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
    crypto::wipe({code->data, modules});
    QRcode_free(code);
  };
  const std::unique_ptr<QRcode, decltype(free_code)> code(QRcode_encodeInput(input.get()), free_code);
  if (!code) return error(Code::kInvalid, "a QR code cannot be made");
  QrCode result;
  result.size = static_cast<unsigned>(code->width);
  for (unsigned y = 0; y < result.size; ++y) {
    std::string row(result.size, '0');
    for (unsigned x = 0; x < result.size; ++x)
      if ((code->data[y * result.size + x] & 1U) != 0) row[x] = '1';
    result.rows.push_back(std::move(row));
  }
  return result;
}

}  // namespace huiyin::kiosk
