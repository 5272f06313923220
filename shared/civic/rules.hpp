#pragma once
/// The rules of one office as data: areas, units, categories, names in several languages. An
/// office edits them as files; they are checked when loaded and travel to the kiosks as bucket
/// entries, so every struct names its wire fields.

#include <optional>

#include "shared/core/limits.hpp"
#include "shared/core/result.hpp"
#include "shared/core/wire_types.hpp"

namespace huiyin::civic {

struct Name {
  Text<16> language;  ///< BCP 47: "zh", "en"
  Text<limits::kNameBytesMax> text;
  friend bool operator==(const Name&, const Name&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(language, text);
  }
};
using Names = List<Name, limits::kLanguagesMax>;
/// In that language, else in the first there is; empty when there is none.
[[nodiscard]] std::string_view name_in(const Names& names, std::string_view language);

enum class AreaLevel : std::uint8_t { kCounty = 0, kTown = 1, kVillage = 2 };
enum class CategoryKind : std::uint8_t {
  kConsult = 0,
  kHelp = 1,
  kComplaint = 2,
  kSuggestion = 3,
  kThanks = 4,
  kReport = 5
};
}  // namespace huiyin::civic
template <>
struct huiyin::ChoiceLast<huiyin::civic::AreaLevel> {
  static constexpr auto value = huiyin::civic::AreaLevel::kVillage;
};
template <>
struct huiyin::ChoiceLast<huiyin::civic::CategoryKind> {
  static constexpr auto value = huiyin::civic::CategoryKind::kReport;
};
namespace huiyin::civic {

/// "county", "town", "village".
[[nodiscard]] std::string_view level_word(AreaLevel level);
[[nodiscard]] std::optional<AreaLevel> level_of(std::string_view word);
/// "consult", "help", "complaint", "suggestion", "thanks", "report".
[[nodiscard]] std::string_view kind_word(CategoryKind kind);
[[nodiscard]] std::optional<CategoryKind> kind_of(std::string_view word);

struct Area {
  AreaId id;
  AreaId parent;  ///< 0 at the top
  Choice<AreaLevel> level;
  Names names;
  std::uint32_t population = 0;  ///< 0: not known
  friend bool operator==(const Area&, const Area&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(id, parent, level, names, population);
  }
};

struct Unit {
  std::uint32_t id = 0;
  Names names;
  friend bool operator==(const Unit&, const Unit&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(id, names);
  }
};

struct Category {
  CategoryCode code;
  Choice<CategoryKind> kind;
  Names names;
  Names hint;              ///< may be empty
  Text<24> picture;        ///< a pictogram's name; the page shows "other" for one it lacks
  std::uint32_t unit = 0;  ///< who answers by default
  std::uint16_t answer_days = 0;
  bool confidential = false;
  friend bool operator==(const Category&, const Category&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(code, kind, names, hint, picture, unit, answer_days, confidential);
  }
};

struct CategoryList {
  List<Category, limits::kCategoriesMax> items;
  friend bool operator==(const CategoryList&, const CategoryList&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(items);
  }
};
/// What a kiosk needs of the area file: its own town's villages and everything above.
struct AreaList {
  List<Area, limits::kAreasMax> items;
  friend bool operator==(const AreaList&, const AreaList&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(items);
  }
};
struct OfficeInfo {
  Names names;
  std::int32_t utc_offset_minutes = 480;
  std::uint16_t answer_days = 13;
  friend bool operator==(const OfficeInfo&, const OfficeInfo&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(names, utc_offset_minutes, answer_days);
  }
};

struct Rules {
  OfficeInfo office;
  std::vector<Area> areas;
  std::vector<Unit> units;
  std::vector<Category> categories;

  [[nodiscard]] const Area* area(AreaId id) const;
  [[nodiscard]] const Unit* unit(std::uint32_t id) const;
  [[nodiscard]] const Category* category(CategoryCode code) const;
  /// The area itself and everything above it, nearest first.
  [[nodiscard]] std::vector<const Area*> with_ancestors(AreaId id) const;
  /// The town of a village or of itself; the area itself where there is no town above.
  [[nodiscard]] AreaId reply_zone(AreaId id) const;
};

/// Numbers unique, parents present and one level up, no circles, every category's unit present,
/// every name given in both `languages`, everything small enough to travel to a kiosk. The error names the entry and what to do.
[[nodiscard]] Status check_rules(const Rules& rules, const std::vector<std::string>& languages);

}  // namespace huiyin::civic
