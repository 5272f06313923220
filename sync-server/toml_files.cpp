#include "sync-server/toml_files.hpp"

#include <toml++/toml.h>

#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "shared/core/utf8.hpp"

namespace huiyin::office {

namespace {

const std::vector<std::string> kLanguages{"zh", "en"};

Error at_node(const std::string& file, const toml::node& node, std::string what, std::string todo = {}) {
  return error(Code::kInvalid, std::move(what), file + ", line " + std::to_string(node.source().begin.line),
               std::move(todo));
}

Result<toml::table> parse(const std::string& file) {
  if (!std::filesystem::exists(file)) return error(Code::kNotFound, "the file is not there", file);
  try {
    return toml::parse_file(file);
  } catch (const toml::parse_error& failure) {  // start-up only: toml++ speaks in exceptions
    return error(Code::kMalformed, std::string(failure.description()),
                 file + ", line " + std::to_string(failure.source().begin.line));
  }
}

/// Reads the fields of one table and remembers what was read, so that a misspelt field is told.
class Fields {
 public:
  Fields(const std::string& file, const toml::table& table) : file_(file), table_(table) {}

  template <class Number>
  Number number(const char* name, bool needed, std::int64_t most, std::int64_t least = 0,
                Number otherwise = 0) {
    const toml::node* node = take(name, needed);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < least || *value > most) {
      fail(*node, std::string(name) + " must be a whole number from " + std::to_string(least) + " to " +
                      std::to_string(most));
      return otherwise;
    }
    return static_cast<Number>(*value);
  }
  std::string text(const char* name, bool needed, std::size_t bytes_max) {
    const toml::node* node = take(name, needed);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value || value->size() > bytes_max || !check_person_text(*value, bytes_max, bytes_max).ok()) {
      fail(*node, std::string(name) + " must be a text of at most " + std::to_string(bytes_max) + " bytes");
      return {};
    }
    return *value;
  }
  bool yes_or_no(const char* name) {
    const toml::node* node = take(name, false);
    if (node == nullptr) return false;
    const auto value = node->value_exact<bool>();
    if (!value) fail(*node, std::string(name) + " must be true or false");
    return value.value_or(false);
  }
  civic::Names names(const char* name, bool needed) {
    civic::Names names;
    const toml::node* node = take(name, needed);
    if (node == nullptr) return names;
    const toml::table* table = node->as_table();
    if (table == nullptr || table->size() > limits::kLanguagesMax) {
      fail(*node, std::string(name) + " must be like { zh = \"…\", en = \"…\" }");
      return names;
    }
    for (const auto& [language, value] : *table) {
      const auto text = value.value_exact<std::string>();
      if (!text || text->size() > limits::kNameBytesMax || language.str().size() > 16 ||
          !check_person_text(*text, limits::kNameBytesMax, limits::kNameBytesMax).ok()) {
        fail(value, "a name must be a text of at most 120 bytes");
        return names;
      }
      names.items.push_back({{std::string(language.str())}, {*text}});
    }
    return names;
  }
  void fail(const toml::node& node, std::string what) {
    if (status_.ok()) status_ = at_node(file_, node, std::move(what));
  }
  [[nodiscard]] const toml::table& table() const { return table_; }
  /// "areas.toml, line 12": where the entry begins.
  [[nodiscard]] std::string place() const {
    return file_ + ", line " + std::to_string(table_.source().begin.line);
  }
  /// The first thing wrong, a field that nobody knows included.
  Status finish() {
    for (const auto& [name, node] : table_)
      if (taken_.count(std::string(name.str())) == 0)
        fail(node, "nobody knows the field \"" + std::string(name.str()) + "\"");
    return status_;
  }

 private:
  const toml::node* take(const char* name, bool needed) {
    taken_.insert(name);
    const toml::node* node = table_.get(name);
    if (node == nullptr && needed) fail(table_, std::string("the field \"") + name + "\" is missing");
    return node;
  }
  std::string file_;
  const toml::table& table_;
  std::set<std::string> taken_;
  Status status_;
};

/// Every [[name]] of a file; the file may hold nothing else.
Status each_entry(const std::string& file, const char* name, std::size_t count_max,
                  const std::function<void(Fields&)>& read) {
  const auto parsed = parse(file);
  if (!parsed.ok()) return parsed.error();
  for (const auto& [key, node] : *parsed)
    if (key.str() != name)
      return at_node(file, node, "nobody knows \"" + std::string(key.str()) + "\"",
                     std::string("entries begin with [[") + name + "]]");
  const toml::array* entries = parsed->get_as<toml::array>(name);
  if (entries == nullptr) return error(Code::kInvalid, std::string("there is no [[") + name + "]]", file);
  if (entries->size() > count_max)
    return error(Code::kTooLarge, "more than " + std::to_string(count_max) + " entries", file);
  for (const toml::node& node : *entries) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return at_node(file, node, "an entry must be a table");
    Fields fields(file, *table);
    read(fields);
    HUIYIN_TRY(fields.finish());
  }
  return {};
}

Status load_office(const std::string& file, civic::OfficeInfo& office) {
  const auto parsed = parse(file);
  if (!parsed.ok()) return parsed.error();
  Fields fields(file, *parsed);
  office.names = fields.names("name", true);
  office.answer_days = fields.number<std::uint16_t>("answer_days_default", true, 3650);
  office.utc_offset_minutes =
      fields.number<std::int32_t>("utc_offset_minutes", false, 14 * 60, -14 * 60, 480);
  return fields.finish();
}

}  // namespace

Result<civic::Rules> load_rules(const std::string& folder) {
  civic::Rules rules;
  // Where each entry stands, under the name by which check_rules speaks of it; of two with one
  // number the later one, which is the one to change.
  std::map<std::string, std::string> places{{"office name", folder + "/office.toml"},
                                            {"areas", folder + "/areas.toml"},
                                            {"units", folder + "/units.toml"},
                                            {"categories", folder + "/categories.toml"}};
  HUIYIN_TRY(load_office(folder + "/office.toml", rules.office));
  const std::string areas_file = folder + "/areas.toml";
  HUIYIN_TRY(each_entry(areas_file, "area", limits::kAreasMax, [&](Fields& fields) {
    civic::Area area;
    area.id = {fields.number<std::uint32_t>("id", true, UINT32_MAX)};
    area.parent = {fields.number<std::uint32_t>("parent", false, UINT32_MAX)};
    area.population = fields.number<std::uint32_t>("population", false, UINT32_MAX);
    area.names = fields.names("names", true);
    const std::string level = fields.text("level", true, 20);
    if (const auto known = civic::level_of(level))
      area.level.value = *known;
    else
      fields.fail(fields.table(), "level must be county, town or village");
    places["area " + std::to_string(area.id.value)] = fields.place();
    rules.areas.push_back(std::move(area));
  }));
  HUIYIN_TRY(each_entry(folder + "/units.toml", "unit", limits::kUnitsMax, [&](Fields& fields) {
    civic::Unit unit;
    unit.id = fields.number<std::uint32_t>("id", true, UINT32_MAX);
    unit.names = fields.names("names", true);
    places["unit " + std::to_string(unit.id)] = fields.place();
    rules.units.push_back(std::move(unit));
  }));
  HUIYIN_TRY(each_entry(folder + "/categories.toml", "category", limits::kCategoriesMax, [&](Fields& fields) {
    civic::Category category;
    category.code = {fields.number<std::uint16_t>("code", true, UINT16_MAX)};
    category.unit = fields.number<std::uint32_t>("unit", true, UINT32_MAX);
    category.answer_days = fields.number<std::uint16_t>("answer_days", false, 3650);
    if (category.answer_days == 0) category.answer_days = rules.office.answer_days;
    category.confidential = fields.yes_or_no("confidential");
    category.picture.value = fields.text("picture", true, 24);
    category.names = fields.names("names", true);
    category.hint = fields.names("hint", false);
    const std::string kind = fields.text("kind", true, 20);
    if (const auto known = civic::kind_of(kind))
      category.kind.value = *known;
    else
      fields.fail(fields.table(), "kind must be consult, help, complaint, suggestion, thanks or report");
    // A category that only named people may read needs a key of theirs; until an office can make
    // such a key, promising it would be a lie.
    if (category.confidential)
      fields.fail(fields.table(), "confidential categories need a key that this version cannot make yet");
    places["category " + std::to_string(category.code.value)] = fields.place();
    rules.categories.push_back(std::move(category));
  }));
  const Status checked = civic::check_rules(rules, kLanguages);
  if (!checked.ok()) {
    const Error& found = checked.error();
    const auto place = places.find(found.where);
    const std::string where = place == places.end() ? folder : place->second;
    return error(found.code, found.what, where + ": " + found.where, found.todo);
  }
  return rules;
}

Result<ConfigFile> load_config(const std::string& file) {
  const auto parsed = parse(file);
  if (!parsed.ok()) return parsed.error();
  Fields fields(file, *parsed);
  ConfigFile config;
  const auto text = [&](const char* name, std::optional<std::string>& into) {
    if (parsed->contains(name)) into = fields.text(name, false, 4000);
  };
  const auto port = [&](const char* name, std::optional<std::uint16_t>& into) {
    if (parsed->contains(name)) into = fields.number<std::uint16_t>(name, false, UINT16_MAX);
  };
  text("data", config.data);
  text("rules", config.rules);
  text("address", config.address);
  text("device_address", config.device_address);
  text("text_key_file", config.text_key_file);
  port("device_port", config.device_port);
  port("web_port", config.web_port);
  HUIYIN_TRY(fields.finish());
  return config;
}

}  // namespace huiyin::office
