#include "kiosk/enroller.hpp"

#include <algorithm>
#include <utility>

#include "shared/crypto/passphrase.hpp"

namespace huiyin::kiosk {

namespace {

Problem refusal(const protocol::HelloError& reason) {
  using Reason = protocol::HelloErrorCode;
  switch (reason.code) {
    case Reason::kCodeUnknown: return problem("code-refused", reason.text);
    case Reason::kCodeExpired: return problem("code-expired", reason.text);
    default: return problem("unreachable", "the office refused: " + reason.text);
  }
}

}  // namespace

std::optional<std::string> enrolment_fault(const HashPort& hashes, const protocol::EnrolResult& result,
                                           const KeyPin& pin) {
  const protocol::KeyRing& ring = result.ring;
  if (!protocol::verify_key_ring(hashes, ring) || !(ring.office == result.office))
    return "the office's key ring is not signed by the office";
  if (std::find(ring.tls_pins.items.begin(), ring.tls_pins.items.end(), pin) == ring.tls_pins.items.end())
    return "the office's key ring does not name the key it answers with";
  if (ring.sealing.items.back().generation.value == 0) return "the office's sealing keys have no number";
  if (!crypto::is_allowed({ring.receipt_ops, static_cast<std::size_t>(ring.receipt_memory_bytes)}))
    return "the office asks for receipts that cost more than is allowed";
  return std::nullopt;
}

void Enroller::enrol(const protocol::EnrolmentLine& line, Done done) {
  HUIYIN_CHECK(!is_busy());
  line_ = line;
  done_ = std::move(done);
  net::FrameClientOptions target;
  target.host = line.host;
  target.port = line.port;
  target.pin = line.pin;
  const Hash key = protocol::enrolment_code_key(hashes_, line.code);
  auto session = std::make_unique<Session>(
      hashes_, key_, protocol::EnrolWish{protocol::enrolment_code_id(hashes_, key), key});
  connection_ = Connection::open(runtime_, clock_, std::move(target), std::move(session),
                                 {[this](Session::Output output) { on_output(std::move(output)); },
                                  [this](const Error& why) {
                                    const bool other_key = why.code == Code::kRefused;
                                    finish(problem(other_key ? "wrong-pin" : "unreachable", why.text()));
                                  },
                                  [] {}});
}

void Enroller::on_output(Session::Output output) {
  if (const auto* refused = std::get_if<Session::Refused>(&output)) return finish(refusal(refused->reason));
  if (const auto* went = std::get_if<Session::WentAway>(&output))
    return finish(problem("unreachable", "the office closes: " + went->message.reason.value));
  if (auto* enrolled = std::get_if<Session::Enrolled>(&output)) {
    if (const auto fault = enrolment_fault(hashes_, enrolled->result, line_.pin))
      return finish(problem("wrong-pin", *fault));
    finish(Enrolment{line_.host, line_.port, line_.pin, std::move(enrolled->result)});
  }
}

void Enroller::finish(std::variant<Enrolment, Problem> outcome) {
  const auto connection = std::exchange(connection_, nullptr);
  const Done done = std::exchange(done_, {});
  line_ = {};
  if (connection) connection->stop();
  if (done) done(std::move(outcome));
}

void Enroller::stop() {
  done_ = {};
  if (const auto connection = std::exchange(connection_, nullptr)) connection->stop();
}

}  // namespace huiyin::kiosk
