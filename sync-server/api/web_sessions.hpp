#pragma once
/// Who is signed in. In memory only: a restart signs everybody out. Any thread.

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "shared/core/ids.hpp"
#include "shared/core/time.hpp"
#include "sync-server/desk/events.hpp"

namespace huiyin::office {

struct SignedIn {
  std::string token;
  std::string name;
  std::string display;
  desk::Role role = desk::Role::kClerk;
  bool must_change_password = false;
};

class WebSessions {
 public:
  static constexpr std::size_t kSessionsMax = 1000;
  static constexpr std::int64_t kIdleMsMax = 8 * kMsPerHour;
  /// Wrong passwords of one name before it has to wait, and for how long.
  static constexpr unsigned kWrongMax = 5;
  static constexpr std::int64_t kWaitMs = kMsPerMinute;

  [[nodiscard]] std::string open(SignedIn person, BootTime now);
  [[nodiscard]] std::optional<SignedIn> find(const std::string& token, BootTime now);
  void close(const std::string& token);
  void password_changed(const std::string& name, const std::string& keep_token);

  /// How long that name still has to wait; zero when it may try.
  [[nodiscard]] Duration must_wait(const std::string& name, BootTime now);
  void wrong_password(const std::string& name, BootTime now);
  void right_password(const std::string& name);

  /// Which cases' texts this session opened: their replies may be shown again.
  void opened_case(const std::string& token, const CaseId& id);
  [[nodiscard]] bool has_opened(const std::string& token, const CaseId& id);

 private:
  struct Open {
    SignedIn person;
    BootTime used;
    std::set<CaseId> cases;
  };
  struct Wrong {
    unsigned count = 0;
    BootTime last;
  };
  std::mutex mutex_;
  std::map<std::string, Open> open_;
  std::map<std::string, Wrong> wrong_;
};

}  // namespace huiyin::office
