#pragma once
/// A request's JSON, read within bounds. The one header of the daemon whose .cpp reads JSON.
/// What is taken out is moved out, and what stays is wiped: codes and texts pass through here.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace huiyin::kiosk {

class JsonBody {
 public:
  /// Nothing unless `text` is one JSON object in UTF-8, at most `depth_max` deep. Wipes `text`.
  [[nodiscard]] static std::optional<JsonBody> parse(std::string& text, int depth_max);
  JsonBody(JsonBody&&) noexcept;
  ~JsonBody();

  /// Nothing when the member is absent or no string.
  [[nodiscard]] std::optional<std::string> take_text(const char* name);
  /// Nothing when it is absent or no whole number within these.
  [[nodiscard]] std::optional<std::int64_t> number(const char* name, std::int64_t least,
                                                   std::int64_t greatest) const;

 private:
  struct Document;
  explicit JsonBody(std::unique_ptr<Document> document);
  std::unique_ptr<Document> document_;
};

}  // namespace huiyin::kiosk
