#include "kiosk/json_body.hpp"

#include <nlohmann/json.hpp>

#include "kiosk/capture.hpp"

namespace huiyin::kiosk {

struct JsonBody::Document {
  nlohmann::json json;
};

namespace {

void wipe_strings(nlohmann::json& json) {
  if (json.is_string()) wipe_text(json.get_ref<std::string&>());
  if (json.is_structured())
    for (auto& each : json) wipe_strings(each);  // at most depth_max deep
}

}  // namespace

JsonBody::JsonBody(std::unique_ptr<Document> document) : document_(std::move(document)) {}
JsonBody::JsonBody(JsonBody&&) noexcept = default;
JsonBody::~JsonBody() {
  if (document_) wipe_strings(document_->json);
}

std::optional<JsonBody> JsonBody::parse(std::string& text, int depth_max) {
  bool too_deep = false;
  // What lies too deep is dropped while it is read, so that a bomb costs no memory.
  const auto within = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json&) {
    const bool opens = event == nlohmann::json::parse_event_t::object_start ||
                       event == nlohmann::json::parse_event_t::array_start;
    if (opens && depth >= depth_max) too_deep = true;
    return !too_deep;
  };
  auto document = std::make_unique<Document>();
  document->json = nlohmann::json::parse(text, within, /*allow_exceptions=*/false);
  wipe_text(text);
  JsonBody body(std::move(document));
  if (too_deep || !body.document_->json.is_object()) return std::nullopt;
  return body;
}

std::optional<std::string> JsonBody::take_text(const char* name) {
  const auto at = document_->json.find(name);
  if (at == document_->json.end() || !at->is_string()) return std::nullopt;
  return std::move(at->get_ref<std::string&>());
}

std::optional<std::int64_t> JsonBody::number(const char* name, std::int64_t least,
                                             std::int64_t greatest) const {
  const auto at = document_->json.find(name);
  if (at == document_->json.end() || !at->is_number_integer()) return std::nullopt;
  if (at->is_number_unsigned() && at->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    return std::nullopt;
  const auto value = at->get<std::int64_t>();
  if (value < least || value > greatest) return std::nullopt;
  return value;
}

}  // namespace huiyin::kiosk
