#pragma once
/// What the page and the `huiyin` command may ask, apart from HTTP: one method a call of
/// kiosk/API.md. Holds no visitor: a code lives as long as the call that brought it.
///
/// Thread: the loop's; the slow steps go to the receipts and storage threads and come back.
/// Lifetime: everything named in Parts outlives it.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "kiosk/capture.hpp"
#include "kiosk/enroller.hpp"
#include "kiosk/receipts.hpp"
#include "kiosk/state.hpp"
#include "kiosk/tries.hpp"

namespace huiyin::kiosk {

/// A body of JSON, empty for 204.
struct Said201 {
  std::string json;
};
struct Said200 {
  std::string json;
};
struct Said204 {};
using Answer = std::variant<Said200, Said201, Said204, Problem>;
using Respond = std::function<void(Answer)>;

class Service {
 public:
  struct Parts {
    net::Runtime& runtime;
    const Clock& clock;
    State& state;
    Storage& storage;
    Receipts& receipts;
    Enroller& enroller;
    const HashPort& hashes;
  };
  struct Events {
    /// The office took us; make it durable, then call back.
    std::function<void(Enrolment, std::function<void(Status)>)> on_enrolled;
    /// A record is durable.
    std::function<void()> on_appended;
    /// The storage refused a write.
    std::function<void(const Error&)> on_storage_failure;
  };
  Service(Parts parts, Events events);

  [[nodiscard]] Answer status() const;
  [[nodiscard]] Answer categories() const;
  void enrol(const std::string& line, Respond respond);
  void feedback(Said said, Respond respond);
  void answer(std::string code, Respond respond);
  void rate(std::string code, protocol::Solved solved, std::uint8_t stars, Respond respond);
  [[nodiscard]] Answer end_session();

  void staff_sign_in(std::string pin, Respond respond);
  void staff_state(const std::string& token, Respond respond);
  [[nodiscard]] Answer staff_sign_out(const std::string& token);

 private:
  /// A code that somebody typed, with the answer that it opens if there is one.
  struct LookUp {
    crypto::ReceiptKeys keys;
    std::optional<protocol::ReplyBody> reply;
  };
  using LookedUp = std::function<void(std::variant<LookUp, Problem>)>;
  void look_up(std::string code, LookedUp done);
  void find_reply(std::shared_ptr<crypto::ReceiptKeys> keys, LookedUp done);
  void finish_look_up(LookUp found, const LookedUp& done);
  void save(log::Capture capture, std::function<void(std::optional<Problem>)> done);
  [[nodiscard]] std::optional<Problem> why_not_save() const;
  [[nodiscard]] CapturePlace place() const;
  [[nodiscard]] bool is_staff(const std::string& token);

  Parts parts_;
  Events events_;
  /// Many who ask in vain for an answer that is not there yet are no attack: soon forgotten.
  Tries codes_{Duration{15 * kMsPerMinute}};
  Tries pins_{Duration{12 * kMsPerHour}};
  bool looking_ = false;  ///< one look-up at a time: guesses side by side are not free
  bool checking_pin_ = false;
  std::optional<ReceiptTag> last_missed_;                 ///< the same code again is no new guess
  std::set<std::pair<ReceiptTag, std::uint32_t>> rated_;  ///< of this run: which version of which reply
  std::string staff_token_;
  BootTime staff_seen_;
};

[[nodiscard]] std::string reply_json(const protocol::ReplyBody& reply, bool rated,
                                     std::int32_t offset_minutes);
[[nodiscard]] Result<std::string> receipt_json(std::string_view digits, std::string_view link,
                                               unsigned answer_by_days);

}  // namespace huiyin::kiosk
