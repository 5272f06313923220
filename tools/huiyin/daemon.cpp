#include <cstdio>
#include <nlohmann/json.hpp>

#include "shared/net/control_socket.hpp"
#include "tools/huiyin/commands.hpp"

namespace huiyin::tools {

int refuse(const Error& failure) {
  std::fprintf(stderr, "huiyin: %s\n", failure.text().c_str());
  switch (failure.code) {
    case Code::kNetwork:
    case Code::kBusy: return kNotRunning;
    case Code::kInvalid: return kUsage;
    case Code::kDamaged: return kFoundWrong;
    default: return kFailed;
  }
}

Result<std::string> call_daemon(const std::string& data_dir, const std::string& request, Duration timeout) {
  auto answer = net::control_call(data_dir + "/control.sock", request, timeout);
  if (!answer.ok()) {
    if (answer.error().code == Code::kNotFound)
      return error(Code::kNetwork, "no daemon answers for this folder", data_dir,
                   "start it, or name the folder it uses");
    return answer.error();
  }
  const auto json = nlohmann::json::parse(*answer, nullptr, false);
  if (!json.is_object()) return error(Code::kMalformed, "the daemon's answer cannot be read", data_dir);
  if (json.contains("ok") && json["ok"].is_boolean() && !json["ok"].get<bool>())
    return error(Code::kRefused, json.value("error", "the daemon refused"), data_dir);
  return answer;
}

}  // namespace huiyin::tools
