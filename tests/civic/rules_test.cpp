#include "shared/civic/rules.hpp"

#include <gtest/gtest.h>

namespace huiyin::civic {
namespace {

Names both(const std::string& text) {
  Names names;
  names.items = {{{"zh"}, {text + "名"}}, {{"en"}, {text}}};
  return names;
}

/// A county, two towns, two villages in the first; two units; two categories. All of it right.
Rules right() {
  Rules rules;
  rules.office.names = both("office");
  rules.areas = {{{1}, {0}, {AreaLevel::kCounty}, both("county"), 0},
                 {{10}, {1}, {AreaLevel::kTown}, both("town"), 0},
                 {{20}, {1}, {AreaLevel::kTown}, both("other town"), 0},
                 {{11}, {10}, {AreaLevel::kVillage}, both("village"), 0},
                 {{12}, {10}, {AreaLevel::kVillage}, both("other village"), 0}};
  rules.units = {{5, both("roads")}, {6, both("water")}};
  rules.categories = {{{101}, {CategoryKind::kReport}, both("potholes"), {}, {}, 5, 13, false},
                      {{102}, {CategoryKind::kHelp}, both("tap"), {}, {}, 6, 7, true}};
  return rules;
}

Status check(const Rules& rules) { return check_rules(rules, {"zh", "en"}); }

TEST(Rules, Right_ones_are_taken) { EXPECT_TRUE(check(right()).ok()); }

struct Mistake {
  const char* name;
  void (*make)(Rules&);
  const char* where;
  const char* what;
};

class RulesMistake : public testing::TestWithParam<Mistake> {};

TEST_P(RulesMistake, Is_named_with_its_place_and_what_to_do) {
  Rules rules = right();
  GetParam().make(rules);
  const Status status = check(rules);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kInvalid);
  EXPECT_EQ(status.error().where, GetParam().where);
  EXPECT_NE(status.error().what.find(GetParam().what), std::string::npos) << status.error().what;
  EXPECT_FALSE(status.error().todo.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Each, RulesMistake,
    testing::Values(
        Mistake{"office_name", [](Rules& r) { r.office.names.items.pop_back(); }, "office name",
                "\"en\" is missing"},
        Mistake{"no_areas", [](Rules& r) { r.areas.clear(); }, "areas", "no areas"},
        Mistake{"area_zero", [](Rules& r) { r.areas[0].id = {0}; }, "area 0", "number 0"},
        Mistake{"area_twice", [](Rules& r) { r.areas[4].id = {11}; }, "area 11", "same number"},
        Mistake{"area_name", [](Rules& r) { r.areas[3].names.items[0].text.value.clear(); }, "area 11",
                "\"zh\" is missing"},
        Mistake{"county_parent", [](Rules& r) { r.areas[0].parent = {10}; }, "area 1", "no parent"},
        Mistake{"parent_missing", [](Rules& r) { r.areas[1].parent = {99}; }, "area 10",
                "parent 99 is not there"},
        Mistake{"town_without", [](Rules& r) { r.areas[2].parent = {0}; }, "area 20",
                "parent 0 is not there"},
        Mistake{"village_under_county", [](Rules& r) { r.areas[3].parent = {1}; }, "area 11",
                "one level above"},
        Mistake{"circle", [](Rules& r) { r.areas[1].parent = {11}; }, "area 10", "one level above"},
        Mistake{"own_parent", [](Rules& r) { r.areas[1].parent = {10}; }, "area 10", "one level above"},
        Mistake{"unit_zero", [](Rules& r) { r.units[0].id = 0; }, "unit 0", "0 or used twice"},
        Mistake{"unit_twice", [](Rules& r) { r.units[1].id = 5; }, "unit 5", "0 or used twice"},
        Mistake{"unit_name", [](Rules& r) { r.units[1].names.items.clear(); }, "unit 6", "\"zh\" is missing"},
        Mistake{"category_zero", [](Rules& r) { r.categories[0].code = {0}; }, "category 0",
                "0 or used twice"},
        Mistake{"category_twice", [](Rules& r) { r.categories[1].code = {101}; }, "category 101",
                "0 or used twice"},
        Mistake{"category_unit", [](Rules& r) { r.categories[0].unit = 7; }, "category 101",
                "unit 7 is not there"},
        Mistake{"category_days", [](Rules& r) { r.categories[1].answer_days = 0; }, "category 102",
                "answer_days"},
        Mistake{"category_name",
                [](Rules& r) { r.categories[1].names.items.erase(r.categories[1].names.items.begin()); },
                "category 102", "\"zh\" is missing"},
        Mistake{"no_categories", [](Rules& r) { r.categories.clear(); }, "categories", "no categories"},
        // What would not fit the message that carries it to the kiosks.
        Mistake{"name_too_long",
                [](Rules& r) { r.areas[0].names.items[1].text.value.assign(limits::kNameBytesMax + 1, 'x'); },
                "area 1", "longer than"},
        Mistake{"language_too_long",
                [](Rules& r) {
                  r.units[0].names.items.push_back({{"a-language-of-17b"}, {"x"}});
                },
                "unit 5", "longer than"},
        Mistake{"hint_too_long",
                [](Rules& r) { r.categories[0].hint = both(std::string(limits::kNameBytesMax + 1, 'x')); },
                "category 101", "longer than"},
        Mistake{"too_many_languages",
                [](Rules& r) {
                  r.office.names.items.resize(limits::kLanguagesMax + 1, {{"en"}, {"x"}});
                },
                "office name", "more than"},
        Mistake{"picture_too_long", [](Rules& r) { r.categories[0].picture.value.assign(25, 'x'); },
                "category 101", "picture"},
        Mistake{"too_many_categories",
                [](Rules& r) {
                  while (r.categories.size() <= limits::kCategoriesMax)
                    r.categories.push_back({{static_cast<std::uint16_t>(1000 + r.categories.size())},
                                            {},
                                            both("x"),
                                            {},
                                            {},
                                            5,
                                            1,
                                            false});
                },
                "categories", "more than"},
        Mistake{"too_many_units",
                [](Rules& r) {
                  while (r.units.size() <= limits::kUnitsMax)
                    r.units.push_back({static_cast<std::uint32_t>(1000 + r.units.size()), both("x")});
                },
                "units", "more than"}),
    [](const testing::TestParamInfo<Mistake>& mistake) { return std::string(mistake.param.name); });

TEST(Rules, Ancestors_come_nearest_first_and_nothing_for_an_unknown_area) {
  const Rules rules = right();
  std::vector<std::uint32_t> chain;
  for (const Area* area : rules.with_ancestors({12})) chain.push_back(area->id.value);
  EXPECT_EQ(chain, (std::vector<std::uint32_t>{12, 10, 1}));
  EXPECT_EQ(rules.with_ancestors({1}).size(), 1U);
  EXPECT_TRUE(rules.with_ancestors({999}).empty());
}

TEST(Rules, Ancestors_of_a_circle_end) {
  Rules rules = right();
  rules.areas[0].parent = {12};
  EXPECT_LE(rules.with_ancestors({12}).size(), 3U);
}

TEST(Rules, Replies_go_to_the_town_or_stay_where_there_is_none) {
  const Rules rules = right();
  EXPECT_EQ(rules.reply_zone({11}).value, 10U);
  EXPECT_EQ(rules.reply_zone({20}).value, 20U);
  EXPECT_EQ(rules.reply_zone({1}).value, 1U);
  EXPECT_EQ(rules.reply_zone({999}).value, 999U);
}

TEST(Rules, Things_are_found_by_their_number) {
  const Rules rules = right();
  EXPECT_EQ(rules.area({12}), &rules.areas[4]);
  EXPECT_EQ(rules.unit(6), &rules.units[1]);
  EXPECT_EQ(rules.category({102}), &rules.categories[1]);
  EXPECT_EQ(rules.area({0}), nullptr);
  EXPECT_EQ(rules.unit(0), nullptr);
  EXPECT_EQ(rules.category({0}), nullptr);
}

TEST(Names, Asked_language_else_the_first_else_nothing) {
  Names names = both("town");
  EXPECT_EQ(name_in(names, "en"), "town");
  EXPECT_EQ(name_in(names, "ug"), "town名");
  EXPECT_EQ(name_in({}, "en"), "");
}

TEST(Words, Levels_and_kinds_round_trip) {
  for (const AreaLevel level : {AreaLevel::kCounty, AreaLevel::kTown, AreaLevel::kVillage})
    EXPECT_EQ(level_of(level_word(level)), level);
  for (int kind = 0; kind <= static_cast<int>(CategoryKind::kReport); ++kind)
    EXPECT_EQ(kind_of(kind_word(static_cast<CategoryKind>(kind))), static_cast<CategoryKind>(kind));
  EXPECT_EQ(level_of("province"), std::nullopt);
  EXPECT_EQ(kind_of("Help"), std::nullopt);
}

}  // namespace
}  // namespace huiyin::civic
