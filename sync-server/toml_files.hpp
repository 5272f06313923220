#pragma once
/// The one place of the office that reads TOML: the rules folder and the configuration file.
/// Every error names file, line and reason.

#include <optional>
#include <string>

#include "shared/civic/rules.hpp"

namespace huiyin::office {

/// office.toml, areas.toml, units.toml and categories.toml of a folder, checked.
[[nodiscard]] Result<civic::Rules> load_rules(const std::string& folder);

/// What may stand in --config FILE; flags win over it.
struct ConfigFile {
  std::optional<std::string> data;
  std::optional<std::string> rules;
  std::optional<std::string> address;
  std::optional<std::uint16_t> device_port;
  std::optional<std::uint16_t> web_port;
  std::optional<std::string> device_address;
  std::optional<std::string> text_key_file;
};
[[nodiscard]] Result<ConfigFile> load_config(const std::string& file);

}  // namespace huiyin::office
