#pragma once
/// Small files that only their owner may read.

#include <string>

#include "shared/core/result.hpp"

namespace huiyin::office {

/// Mode 0600, durable when it returns: written beside, fsynced, renamed over, folder fsynced.
[[nodiscard]] Status write_private_file(const std::string& path, const std::string& text);
/// At most 64 KiB; kNotFound when it is not there.
[[nodiscard]] Result<std::string> read_small_file(const std::string& path);

}  // namespace huiyin::office
