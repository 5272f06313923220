#include "kiosk/service.hpp"

#include <utility>

#include "kiosk/qr.hpp"
#include "shared/core/json_writer.hpp"

namespace huiyin::kiosk {

namespace {

constexpr std::size_t kVerdictsShown = 100;
constexpr std::size_t kRatedMax = 10'000;
constexpr std::size_t kPinBytesMax = 64;
constexpr Duration kStaffIdleMax{10 * kMsPerMinute};
constexpr Duration kReceiptWait{2 * kMsPerSecond};

std::string_view reply_word(protocol::ReplyKind kind) {
  switch (kind) {
    case protocol::ReplyKind::kDone: return "done";
    case protocol::ReplyKind::kWillDo: return "will-do";
    case protocol::ReplyKind::kCannot: return "cannot";
    case protocol::ReplyKind::kNeedMore: return "need-more";
  }
  return "done";
}

}  // namespace

std::string reply_json(const protocol::ReplyBody& reply, bool rated, std::int32_t offset_minutes) {
  JsonWriter json;
  json.begin_object().field("found", true).field("corrected", reply.version > 1);
  json.key("reply").begin_object();
  json.field("text", reply.text.value).field("language", reply.language.value);
  json.key("unit")
      .begin_object()
      .field("zh", reply.unit_zh.value)
      .field("en", reply.unit_en.value)
      .end_object();
  json.field("kind", reply_word(reply.kind.value)).field("date", iso_date(reply.at, offset_minutes));
  json.field("version", reply.version).end_object();
  json.field("can_rate", !rated).field("rated", rated).end_object();
  return json.take();
}

Result<std::string> receipt_json(std::string_view digits, std::string_view link, unsigned answer_by_days) {
  const auto qr = make_qr(digits);
  if (!qr.ok()) return qr.error();
  JsonWriter json;
  json.begin_object().key("receipt").begin_object().key("groups").begin_array();
  for (std::size_t at = 0; at < digits.size(); at += 4) json.value(digits.substr(at, 4));
  json.end_array().key("qr").begin_object().field("size", qr->size).key("rows").begin_array();
  for (const std::string& row : qr->rows) json.value(row);
  json.end_array().end_object().end_object();
  json.field("saved", true).field("link", link).field("answer_by_days", answer_by_days).end_object();
  return json.take();
}

Service::Service(Parts parts, Events events) : parts_(parts), events_(std::move(events)) {}

// --- what the page asks all the time

Answer Service::status() const { return Said200{status_json(parts_.state)}; }

Answer Service::categories() const {
  if (!parts_.state.enrolment) return problem("not-enrolled", "enrol this kiosk first");
  return Said200{categories_json(parts_.state)};
}

Answer Service::end_session() {
  last_missed_.reset();
  return Said204{};
}

// --- enrolment

void Service::enrol(const std::string& line, Respond respond) {
  const State& state = parts_.state;
  if (state.enrolment) return respond(problem("enrolled", "this kiosk belongs to an office already"));
  if (state.damage) return respond(problem("storage-damaged", state.damage->text()));
  const auto parsed = protocol::parse_enrolment_line(line);
  if (!parsed.ok()) return respond(problem("line-mistyped", parsed.error().text()));
  if (parts_.enroller.is_busy())
    return respond(problem_later("try-again", "an enrolment is under way", Duration{5 * kMsPerSecond}));
  parts_.enroller.enrol(
      *parsed, [this, respond = std::move(respond)](std::variant<Enrolment, Problem> outcome) {
        if (auto* failed = std::get_if<Problem>(&outcome)) return respond(std::move(*failed));
        events_.on_enrolled(std::move(std::get<Enrolment>(outcome)), [respond](const Status& kept) {
          if (!kept.ok()) return respond(storage_problem(kept.error()));
          respond(Said200{R"({"state":"ready"})"});
        });
      });
}

// --- saving

std::optional<Problem> Service::why_not_save() const {
  const State& state = parts_.state;
  if (!state.enrolment) return problem("not-enrolled", "enrol this kiosk first");
  if (state.damage) return problem("storage-damaged", state.damage->text());
  if (state.is_full) return problem("storage-full", "there is no room for another record");
  if (state.link_trouble == LinkTrouble::kRevoked) return problem("revoked", state.last_problem);
  if (!state.logs_open) return problem_later("try-again", "the journal is being opened", kReceiptWait);
  return std::nullopt;
}

CapturePlace Service::place() const {
  return {parts_.state.enrolment->result.area, parts_.state.settings.ring.sealing.items.back()};
}

void Service::save(log::Capture capture, std::function<void(std::optional<Problem>)> done) {
  parts_.storage.append(std::move(capture), [this, done = std::move(done)](const Result<log::Saved>& saved) {
    if (!saved.ok()) {
      events_.on_storage_failure(saved.error());
      return done(storage_problem(saved.error()));
    }
    events_.on_appended();
    done(std::nullopt);
  });
}

void Service::feedback(Said said, Respond respond) {
  if (auto no = why_not_save()) return respond(std::move(*no));
  const State& state = parts_.state;
  const civic::Category* const category = offered_category(state.settings.categories, said.category);
  if (category == nullptr) return respond(problem("no-such-category", "the office has changed its list"));
  if (auto refused = check_said(said)) return respond(std::move(*refused));
  auto receipt = parts_.receipts.take();
  if (!receipt) {
    const std::string why = parts_.receipts.last_problem();
    return respond(
        problem_later("try-again", why.empty() ? "receipts are being prepared" : why, kReceiptWait));
  }
  const unsigned office_days =
      state.settings.office ? state.settings.office->answer_days : civic::OfficeInfo{}.answer_days;
  const unsigned days = category->answer_days != 0 ? category->answer_days : office_days;
  log::Capture capture = feedback_capture(said, receipt->keys.sign.public_key(), place());
  const auto code = std::make_shared<crypto::ReceiptCode>(std::move(receipt->code));
  save(std::move(capture), [this, code, days, respond = std::move(respond)](std::optional<Problem> failed) {
    if (failed) return respond(std::move(*failed));
    auto json = receipt_json(code->digits(), parts_.state.link_word(), days);
    if (!json.ok()) return respond(problem("storage-damaged", json.error().text()));
    respond(Said201{std::move(*json)});
  });
}

// --- answers

void Service::look_up(std::string code, LookedUp done) {
  const State& state = parts_.state;
  auto parsed = crypto::parse_receipt_code(code);
  wipe_text(code);
  if (!state.enrolment) return done(problem("not-enrolled", "enrol this kiosk first"));
  if (!parsed.ok()) return done(problem("code-mistyped", parsed.error().text()));
  if (!state.logs_open) return done(problem("storage-damaged", "the answers cannot be read"));
  const Duration pause = codes_.pause(parts_.clock.now());
  if (pause.ms > 0) return done(problem_later("slow-down", "five codes without an answer", pause));
  if (looking_)
    return done(problem_later("try-again", "another code is being looked up", Duration{kMsPerSecond}));
  const protocol::KeyRing& ring = state.settings.ring;
  const Salt salt = protocol::zone_salt(parts_.hashes, ring, state.enrolment->result.reply_zone);
  const crypto::ReceiptCost cost{ring.receipt_ops, static_cast<std::size_t>(ring.receipt_memory_bytes)};
  const auto secret = std::make_shared<crypto::ReceiptCode>(std::move(*parsed));
  looking_ = parts_.receipts.post([this, secret, salt, cost, done] {
    const auto keys =
        std::make_shared<Result<crypto::ReceiptKeys>>(crypto::derive_receipt(*secret, salt, cost));
    parts_.runtime.post([this, keys, done] {
      if (keys->ok()) return find_reply(std::make_shared<crypto::ReceiptKeys>(std::move(**keys)), done);
      looking_ = false;
      done(problem_later("try-again", keys->error().text(), kReceiptWait));
    });
  });
  if (!looking_) done(problem_later("try-again", "too much is being looked up", kReceiptWait));
}

void Service::find_reply(std::shared_ptr<crypto::ReceiptKeys> keys, LookedUp done) {
  using Entry = std::optional<protocol::ReplyEntry>;
  parts_.storage.ask<Entry>(
      [tag = keys->tag](Logs& logs) { return logs.downlink.find_reply(tag); },
      [this, keys, done = std::move(done)](const Result<Entry>& entry) {
        looking_ = false;
        if (!entry.ok()) return done(storage_problem(entry.error()));
        if (!*entry) return finish_look_up({std::move(*keys), std::nullopt}, done);
        const Bytes aad =
            protocol::reply_aad(parts_.state.enrolment->result.office, (*entry)->tag, (*entry)->version);
        auto plain = crypto::open_reply((*entry)->sealed.value, *keys, aad);
        if (!plain.ok())
          return done(problem("storage-damaged", "the answer does not open: " + plain.error().text()));
        auto body = protocol::wire_value<protocol::ReplyBody>(*plain, "reply");
        crypto::wipe(*plain);
        if (!body.ok())
          return done(problem("storage-damaged", "the answer cannot be read: " + body.error().text()));
        finish_look_up({std::move(*keys), std::move(*body)}, done);
      });
}

void Service::finish_look_up(LookUp found, const LookedUp& done) {
  if (found.reply) {
    codes_.right();
    last_missed_.reset();
  } else if (!(last_missed_ == found.keys.tag)) {
    codes_.wrong(parts_.clock.now());
    last_missed_ = found.keys.tag;
  }
  done(std::move(found));
}

void Service::answer(std::string code, Respond respond) {
  look_up(std::move(code), [this, respond = std::move(respond)](std::variant<LookUp, Problem> outcome) {
    if (auto* failed = std::get_if<Problem>(&outcome)) return respond(std::move(*failed));
    LookUp& found = std::get<LookUp>(outcome);
    if (!found.reply) return respond(Said200{R"({"found":false})"});
    const bool rated = rated_.contains({found.keys.tag, found.reply->version});
    respond(Said200{reply_json(*found.reply, rated, parts_.state.utc_offset_minutes())});
    wipe_text(found.reply->text.value);
  });
}

void Service::rate(std::string code, protocol::Solved solved, std::uint8_t stars, Respond respond) {
  if (auto no = why_not_save()) {
    wipe_text(code);
    return respond(std::move(*no));
  }
  look_up(std::move(code),
          [this, solved, stars, respond = std::move(respond)](std::variant<LookUp, Problem> outcome) {
            if (auto* failed = std::get_if<Problem>(&outcome)) return respond(std::move(*failed));
            LookUp& found = std::get<LookUp>(outcome);
            if (!found.reply)
              return respond(problem("no-answer", "there is no answer to rate for this code"));
            wipe_text(found.reply->text.value);
            const std::uint32_t version = found.reply->version;
            const std::pair mark{found.keys.tag, version};
            if (rated_.contains(mark))
              return respond(Said201{R"({"saved":true})"});  // a press that came twice
            log::Capture capture = rating_capture(found.keys, parts_.state.enrolment->result.office, version,
                                                  solved, stars, place());
            save(std::move(capture), [this, mark, respond](std::optional<Problem> failed) {
              if (failed) return respond(std::move(*failed));
              if (rated_.size() >= kRatedMax) rated_.erase(rated_.begin());
              rated_.insert(mark);
              respond(Said201{R"({"saved":true})"});
            });
          });
}

// --- staff

void Service::staff_sign_in(std::string pin, Respond respond) {
  const State& state = parts_.state;
  if (!state.enrolment) return respond(problem("not-enrolled", "enrol this kiosk first"));
  const BootTime now = parts_.clock.now();
  const Duration pause = pins_.pause(now);
  if (pause.ms > 0) return respond(problem_later("slow-down", "five wrong PINs", pause));
  if (checking_pin_)
    return respond(problem_later("try-again", "a PIN is being checked", Duration{kMsPerSecond}));
  if (pin.size() > kPinBytesMax) pin.resize(kPinBytesMax);
  const auto secret = std::make_shared<crypto::Secret>(crypto::Secret::copy_of(as_bytes(pin)));
  wipe_text(pin);
  checking_pin_ =
      parts_.receipts.post([this, secret, line = state.enrolment->result.staff_pin_hash.value, respond] {
        const bool right = crypto::verify_password(line, as_text(secret->view()));
        parts_.runtime.post([this, right, respond] {
          checking_pin_ = false;
          if (!right) {
            pins_.wrong(parts_.clock.now());
            return respond(problem("pin-wrong", "compare it with the enrolment sheet"));
          }
          pins_.right();
          staff_token_ = hex(crypto::random_bytes(16));
          staff_seen_ = parts_.clock.now();
          respond(Said200{R"({"staff":")" + staff_token_ + R"("})"});
        });
      });
  if (!checking_pin_) respond(problem_later("try-again", "too much is being checked", kReceiptWait));
}

bool Service::is_staff(const std::string& token) {
  if (staff_token_.empty()) return false;
  const BootTime now = parts_.clock.now();
  if (between(staff_seen_, now) > kStaffIdleMax) staff_token_.clear();
  if (staff_token_.empty() || !crypto::equal_in_constant_time(as_bytes(token), as_bytes(staff_token_)))
    return false;
  staff_seen_ = now;
  return true;
}

void Service::staff_state(const std::string& token, Respond respond) {
  if (!is_staff(token)) return respond(problem("staff-sign-in", "enter the PIN again"));
  using Rows = std::vector<log::VerdictRow>;
  parts_.storage.ask<Rows>([](Logs& logs) { return logs.journal.verdicts(kVerdictsShown); },
                           [this, respond = std::move(respond)](const Result<Rows>& rows) {
                             // A damaged journal must not hide the page that tells of it.
                             respond(Said200{staff_json(parts_.state, rows.ok() ? *rows : Rows{})});
                           });
}

Answer Service::staff_sign_out(const std::string& token) {
  if (is_staff(token)) staff_token_.clear();
  return Said204{};
}

}  // namespace huiyin::kiosk
