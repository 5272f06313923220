#include "shared/civic/rules.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace huiyin::civic {

namespace {
constexpr std::array<std::string_view, 3> kLevels{"county", "town", "village"};
constexpr std::array<std::string_view, 6> kKinds{"consult",    "help",   "complaint",
                                                 "suggestion", "thanks", "report"};

template <class E, std::size_t N>
std::optional<E> find_word(const std::array<std::string_view, N>& words, std::string_view word) {
  const auto at = std::find(words.begin(), words.end(), word);
  if (at == words.end()) return std::nullopt;
  return static_cast<E>(at - words.begin());
}

template <class T, class Match>
const T* find(const std::vector<T>& items, Match match) {
  const auto at = std::find_if(items.begin(), items.end(), match);
  return at == items.end() ? nullptr : &*at;
}

/// Whether names fit the messages that carry them.
Status check_sizes(const Names& names, const std::string& where) {
  if (names.items.size() > limits::kLanguagesMax)
    return error(Code::kInvalid, "names in more than " + std::to_string(limits::kLanguagesMax) + " languages",
                 where, "keep fewer");
  for (const Name& name : names.items)
    if (name.language.value.size() > 16 || name.text.value.size() > limits::kNameBytesMax)
      return error(
          Code::kInvalid,
          "a name is longer than " + std::to_string(limits::kNameBytesMax) + " bytes or its language than 16",
          where, "shorten it");
  return {};
}

Status check_count(std::size_t count, std::size_t most, const std::string& where) {
  if (count <= most) return {};
  return error(Code::kInvalid, "there are more than " + std::to_string(most) + " " + where, where,
               "keep fewer");
}

Status check_names(const Names& names, const std::vector<std::string>& languages, const std::string& where) {
  HUIYIN_TRY(check_sizes(names, where));
  for (const std::string& language : languages) {
    const auto has = [&](const Name& name) {
      return name.language.value == language && !name.text.value.empty();
    };
    if (std::none_of(names.items.begin(), names.items.end(), has))
      return error(Code::kInvalid, "the name in \"" + language + "\" is missing", where,
                   "add it under names");
  }
  return {};
}

Status check_areas(const Rules& rules, const std::vector<std::string>& languages) {
  std::set<std::uint32_t> seen;
  for (const Area& area : rules.areas) {
    const std::string where = "area " + std::to_string(area.id.value);
    if (area.id.value == 0)
      return error(Code::kInvalid, "an area has the number 0", where, "number areas from 1");
    if (!seen.insert(area.id.value).second)
      return error(Code::kInvalid, "two areas have the same number", where, "give one of them a new number");
    HUIYIN_TRY(check_names(area.names, languages, where));
    const Area* parent = rules.area(area.parent);
    if (area.level.value == AreaLevel::kCounty) {
      if (area.parent.value != 0)
        return error(Code::kInvalid, "a county has no parent", where, "remove parent");
    } else if (parent == nullptr) {
      return error(Code::kInvalid, "the parent " + std::to_string(area.parent.value) + " is not there", where,
                   "add that area or correct the number");
    } else if (static_cast<int>(parent->level.value) != static_cast<int>(area.level.value) - 1) {
      // One level up each time: this also rules out circles.
      return error(Code::kInvalid, "the parent is not one level above", where, "correct level or parent");
    }
  }
  if (rules.areas.empty())
    return error(Code::kInvalid, "there are no areas", "areas", "add at least one county");
  return {};
}
}  // namespace

std::string_view name_in(const Names& names, std::string_view language) {
  for (const Name& name : names.items)
    if (name.language.value == language) return name.text.value;
  return names.items.empty() ? std::string_view{} : std::string_view(names.items.front().text.value);
}

std::string_view level_word(AreaLevel level) { return kLevels[static_cast<std::size_t>(level)]; }
std::optional<AreaLevel> level_of(std::string_view word) { return find_word<AreaLevel>(kLevels, word); }
std::string_view kind_word(CategoryKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::optional<CategoryKind> kind_of(std::string_view word) { return find_word<CategoryKind>(kKinds, word); }

const Area* Rules::area(AreaId id) const {
  return find(areas, [&](const Area& area) { return area.id == id; });
}
const Unit* Rules::unit(std::uint32_t id) const {
  return find(units, [&](const Unit& unit) { return unit.id == id; });
}
const Category* Rules::category(CategoryCode code) const {
  return find(categories, [&](const Category& category) { return category.code == code; });
}

std::vector<const Area*> Rules::with_ancestors(AreaId id) const {
  std::vector<const Area*> chain;
  for (const Area* at = area(id); at != nullptr && chain.size() < kLevels.size(); at = area(at->parent))
    chain.push_back(at);
  return chain;
}

AreaId Rules::reply_zone(AreaId id) const {
  for (const Area* at : with_ancestors(id))
    if (at->level.value == AreaLevel::kTown) return at->id;
  return id;
}

Status check_rules(const Rules& rules, const std::vector<std::string>& languages) {
  HUIYIN_TRY(check_names(rules.office.names, languages, "office name"));
  HUIYIN_TRY(check_count(rules.areas.size(), limits::kAreasMax, "areas"));
  HUIYIN_TRY(check_count(rules.units.size(), limits::kUnitsMax, "units"));
  HUIYIN_TRY(check_count(rules.categories.size(), limits::kCategoriesMax, "categories"));
  HUIYIN_TRY(check_areas(rules, languages));
  std::set<std::uint32_t> units;
  for (const Unit& unit : rules.units) {
    const std::string where = "unit " + std::to_string(unit.id);
    if (unit.id == 0 || !units.insert(unit.id).second)
      return error(Code::kInvalid, "a unit's number is 0 or used twice", where,
                   "give it a number of its own");
    HUIYIN_TRY(check_names(unit.names, languages, where));
  }
  std::set<std::uint16_t> codes;
  for (const Category& category : rules.categories) {
    const std::string where = "category " + std::to_string(category.code.value);
    if (category.code.value == 0 || !codes.insert(category.code.value).second)
      return error(Code::kInvalid, "a category's code is 0 or used twice", where,
                   "give it a code of its own");
    if (units.count(category.unit) == 0)
      return error(Code::kInvalid, "the unit " + std::to_string(category.unit) + " is not there", where,
                   "add that unit or correct the number");
    if (category.answer_days == 0)
      return error(Code::kInvalid, "answer_days is missing or 0", where,
                   "say in how many days it is answered");
    HUIYIN_TRY(check_names(category.names, languages, where));
    HUIYIN_TRY(check_sizes(category.hint, where));
    if (category.picture.value.size() > 24)
      return error(Code::kInvalid, "the name of the picture is longer than 24 bytes", where, "shorten it");
  }
  if (rules.categories.empty())
    return error(Code::kInvalid, "there are no categories", "categories", "add at least one");
  return {};
}

}  // namespace huiyin::civic
