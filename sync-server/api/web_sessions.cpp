#include "sync-server/api/web_sessions.hpp"

#include "shared/crypto/secret.hpp"

namespace huiyin::office {

std::string WebSessions::open(SignedIn person, BootTime now) {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (open_.size() >= kSessionsMax) {
    auto oldest = open_.begin();
    for (auto each = open_.begin(); each != open_.end(); ++each)
      if (each->second.used < oldest->second.used) oldest = each;
    open_.erase(oldest);
  }
  person.token = hex(crypto::random_bytes(24));
  const std::string token = person.token;
  open_[token] = Open{std::move(person), now, {}};
  return token;
}

std::optional<SignedIn> WebSessions::find(const std::string& token, BootTime now) {
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto at = open_.find(token);
  if (at == open_.end()) return std::nullopt;
  if (between(at->second.used, now).ms > kIdleMsMax) {
    open_.erase(at);
    return std::nullopt;
  }
  at->second.used = now;
  return at->second.person;
}

void WebSessions::close(const std::string& token) {
  const std::lock_guard<std::mutex> guard(mutex_);
  open_.erase(token);
}

void WebSessions::password_changed(const std::string& name, const std::string& keep_token) {
  const std::lock_guard<std::mutex> guard(mutex_);
  for (auto each = open_.begin(); each != open_.end();) {
    if (each->second.person.name != name) {
      ++each;
    } else if (each->first == keep_token) {
      each->second.person.must_change_password = false;
      ++each;
    } else {
      each = open_.erase(each);
    }
  }
}

Duration WebSessions::must_wait(const std::string& name, BootTime now) {
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto at = wrong_.find(name);
  if (at == wrong_.end() || at->second.count < kWrongMax) return {0};
  const std::int64_t left = kWaitMs - between(at->second.last, now).ms;
  if (left > 0) return {left};
  wrong_.erase(at);
  return {0};
}

void WebSessions::wrong_password(const std::string& name, BootTime now) {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (wrong_.size() > kSessionsMax) wrong_.clear();
  Wrong& wrong = wrong_[name];
  ++wrong.count;
  wrong.last = now;
}

void WebSessions::right_password(const std::string& name) {
  const std::lock_guard<std::mutex> guard(mutex_);
  wrong_.erase(name);
}

void WebSessions::opened_case(const std::string& token, const CaseId& id) {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (const auto at = open_.find(token); at != open_.end()) at->second.cases.insert(id);
}

bool WebSessions::has_opened(const std::string& token, const CaseId& id) {
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto at = open_.find(token);
  return at != open_.end() && at->second.cases.count(id) != 0;
}

}  // namespace huiyin::office
