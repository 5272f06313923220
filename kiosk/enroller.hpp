#pragma once
/// Brings an unenrolled device to its office: one connection, one answer.
/// Thread: the loop's. Lifetime: the ports and the runtime outlive it.

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "kiosk/connection.hpp"
#include "kiosk/device_files.hpp"
#include "kiosk/problem.hpp"

namespace huiyin::kiosk {

class Enroller {
 public:
  Enroller(net::Runtime& runtime, const Clock& clock, const HashPort& hashes, const SignPort& key)
      : runtime_(runtime), clock_(clock), hashes_(hashes), key_(key) {}

  using Done = std::function<void(std::variant<Enrolment, Problem>)>;
  /// Asks the office that `line` names. Nothing is kept: that is for who asked. One at a time.
  void enrol(const protocol::EnrolmentLine& line, Done done);
  [[nodiscard]] bool is_busy() const { return connection_ != nullptr; }
  void stop();

 private:
  using Session = protocol::EdgeSession;
  void on_output(Session::Output output);
  void finish(std::variant<Enrolment, Problem> outcome);

  net::Runtime& runtime_;
  const Clock& clock_;
  const HashPort& hashes_;
  const SignPort& key_;
  protocol::EnrolmentLine line_;
  std::shared_ptr<Connection> connection_;
  Done done_;
};

/// Why what the office sent cannot be what this kiosk lives by; nothing when it can.
[[nodiscard]] std::optional<std::string> enrolment_fault(const HashPort& hashes,
                                                         const protocol::EnrolResult& result,
                                                         const KeyPin& pin);

}  // namespace huiyin::kiosk
