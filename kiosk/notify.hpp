#pragma once
/// Tells systemd how far we are, when it started us (sd_notify(3), without its library).

#include <string_view>

namespace huiyin::kiosk {

/// "READY=1" and the like; nothing happens when nobody listens.
void notify_service_manager(std::string_view state);

}  // namespace huiyin::kiosk
