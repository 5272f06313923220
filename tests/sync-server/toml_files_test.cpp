/// The files an office edits: what is wrong with them is told with file, line and reason.

#include "sync-server/toml_files.hpp"

#include <filesystem>
#include <fstream>

#include "tests/sync-server/desk_world.hpp"

namespace huiyin::office::testing {
namespace {

namespace fs = std::filesystem;

const char* kOffice = R"(answer_days_default = 13
name = { zh = "县", en = "County" }
)";
const char* kAreas = R"([[area]]
id = 1
level = "county"
names = { zh = "县", en = "County" }

[[area]]
id = 2
level = "town"
parent = 1
names = { zh = "镇", en = "Town" }
)";
const char* kUnits = R"([[unit]]
id = 7
names = { zh = "局", en = "Bureau" }
)";
const char* kCategories = R"([[category]]
code = 101
kind = "complaint"
picture = "water"
unit = 7
names = { zh = "水", en = "Water" }
)";

/// A rules folder in which one thing is exchanged for another.
class RulesFolder {
 public:
  RulesFolder() {
    write("office.toml", kOffice);
    write("areas.toml", kAreas);
    write("units.toml", kUnits);
    write("categories.toml", kCategories);
  }
  void write(const std::string& file, const std::string& text) const {
    std::ofstream(folder_.file(file), std::ios::trunc) << text;
  }
  void exchange(const std::string& file, const std::string& from, const std::string& to) const {
    std::ifstream in(folder_.file(file));
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write(file, text.replace(at, from.size(), to));
  }
  [[nodiscard]] Result<civic::Rules> load() const { return load_rules(folder_.file(".")); }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }

 private:
  TestFolder folder_;
};

struct Wrong {
  const char* file;
  const char* from;
  const char* to;
  int line;            ///< 0: the whole file
  const char* reason;  ///< part of what is said
};

TEST(LoadRules, county_of_the_tools_loads) {
  const auto rules = load_rules(county_folder());

  ASSERT_OK(rules);
  EXPECT_GE(rules->areas.size(), 10U);
  EXPECT_GE(rules->categories.size(), 5U);
  EXPECT_EQ(civic::name_in(rules->office.names, "en"), "Qiyun County Office");
}

TEST(LoadRules, smallest_folder_loads_and_takes_the_offices_days) {
  const RulesFolder folder;

  const auto rules = folder.load();

  ASSERT_OK(rules);
  EXPECT_EQ(rules->categories.at(0).answer_days, 13);
  EXPECT_EQ(rules->office.utc_offset_minutes, 480);
  EXPECT_EQ(rules->reply_zone({2}).value, 2U);
}

TEST(LoadRules, every_mistake_is_told_with_file_line_and_reason) {
  const std::string long_name(130, 'x');
  const std::vector<Wrong> mistakes{
      {"office.toml", "answer_days_default = 13", "answer_days_default = \"13\"", 1, "whole number"},
      {"office.toml", "answer_days_default = 13", "answer_days_default = 3651", 1, "0 to 3650"},
      {"office.toml", "answer_days_default = 13", "", 1, "\"answer_days_default\" is missing"},
      {"office.toml", "13\n", "13\nutc_offset_minutes = 900\n", 2, "-840 to 840"},
      {"office.toml", "13\n", "13\nutc_offset_minutes = 5.5\n", 2, "whole number"},
      {"office.toml", "13\n", "13\nanswr_days = 4\n", 2, "nobody knows the field \"answr_days\""},
      {"office.toml", "{ zh = \"县\", en = \"County\" }", "\"County\"", 2, "must be like"},
      {"office.toml", "zh = \"县\", ", "", 0, "the name in \"zh\" is missing"},
      {"office.toml", "13\n", "13 14\n", 1, ""},
      {"areas.toml", "id = 2", "id = -2", 7, "whole number"},
      {"areas.toml", "id = 2", "id = 4294967296", 7, "whole number"},
      {"areas.toml", "id = 2", "id = 2.0", 7, "whole number"},
      {"areas.toml", "id = 2\n", "", 6, "\"id\" is missing"},
      {"areas.toml", "\"town\"", "\"city\"", 6, "county, town or village"},
      {"areas.toml", "level = \"town\"\n", "", 6, "\"level\" is missing"},
      {"areas.toml", "parent = 1", "parent = 9", 6, "the parent 9 is not there"},
      {"areas.toml", "\"town\"", "\"village\"", 6, "not one level above"},
      {"areas.toml", "id = 2", "id = 1", 6, "the same number"},
      {"areas.toml", "id = 2", "id = 0", 6, "number 0"},
      {"areas.toml", "zh = \"镇\", ", "", 6, "the name in \"zh\" is missing"},
      {"areas.toml", "\"Town\"", "\"\"", 6, "the name in \"en\" is missing"},
      {"areas.toml", "\"Town\"", "17", 10, "a name must be a text"},
      {"areas.toml", "\"Town\"", "\"To\\u0007wn\"", 10, "a name must be a text"},
      {"areas.toml", "parent = 1", "parent = 1\nparents = 1", 10, "nobody knows the field \"parents\""},
      {"areas.toml", "[[area]]\nid = 2", "[[areas]]\nid = 2", 6, "nobody knows \"areas\""},
      {"units.toml", "id = 7", "id = 0", 1, "0 or used twice"},
      {"units.toml", "[[unit]]\n", "[unit]\n", 0, "there is no [[unit]]"},
      {"units.toml", "zh = \"局\"", "zh = [\"局\"]", 3, "a name must be a text"},
      {"categories.toml", "unit = 7", "unit = 8", 1, "the unit 8 is not there"},
      {"categories.toml", "unit = 7", "unit = 7\nanswer_days = 4000", 6, "0 to 3650"},
      {"categories.toml", "unit = 7", "unit = 7\nconfidential = 1", 6, "true or false"},
      {"categories.toml", "unit = 7", "unit = 7\nconfidential = true", 1, "cannot make yet"},
      {"categories.toml", "\"complaint\"", "\"moan\"", 1, "kind must be"},
      {"categories.toml", "\"water\"", "\"a picture name of more than 24 bytes\"", 4, "at most 24 bytes"},
      {"categories.toml", "code = 101", "code = 65536", 2, "0 to 65535"},
      {"categories.toml", "code = 101", "code = 0", 1, "0 or used twice"},
      {"categories.toml", "[[category]]", "[[category]", 1, ""},
      {"categories.toml", "\"Water\"", "\"Water", 6, ""},
  };
  for (const Wrong& wrong : mistakes) {
    const RulesFolder folder;
    folder.exchange(wrong.file, wrong.from, wrong.to);
    const std::string what = std::string(wrong.file) + ": " + wrong.to;

    const auto rules = folder.load();

    ASSERT_FALSE(rules.ok()) << what;
    EXPECT_NE(rules.error().where.find(wrong.file), std::string::npos)
        << what << ": " << rules.error().text();
    EXPECT_NE(rules.error().what.find(wrong.reason), std::string::npos)
        << what << ": " << rules.error().text();
    if (wrong.line > 0) {
      EXPECT_NE((rules.error().where + ":").find(", line " + std::to_string(wrong.line) + ":"),
                std::string::npos)
          << what << ": " << rules.error().text();
    }
  }
}

TEST(LoadRules, second_entry_with_a_number_is_the_one_named) {
  const RulesFolder folder;
  folder.exchange("categories.toml", "[[category]]", std::string(kCategories) + "\n[[category]]");

  const auto rules = folder.load();

  ASSERT_FALSE(rules.ok());
  EXPECT_NE(rules.error().where.find("categories.toml, line 8:"), std::string::npos) << rules.error().text();
}

TEST(LoadRules, missing_file_and_empty_file_are_told) {
  for (const char* name : {"office.toml", "areas.toml", "units.toml", "categories.toml"}) {
    const RulesFolder folder;
    folder.write(name, "");
    const auto empty = folder.load();
    ASSERT_FALSE(empty.ok()) << name;
    EXPECT_NE(empty.error().where.find(name), std::string::npos) << empty.error().text();

    fs::remove(folder.file(name));
    const auto missing = folder.load();
    ASSERT_FALSE(missing.ok()) << name;
    EXPECT_EQ(missing.error().code, Code::kNotFound);
    EXPECT_NE(missing.error().where.find(name), std::string::npos);
  }
}

TEST(LoadRules, name_that_is_too_long_is_told) {
  const RulesFolder folder;
  folder.exchange("units.toml", "Bureau", std::string(121, 'x'));

  const auto rules = folder.load();

  ASSERT_FALSE(rules.ok());
  EXPECT_NE(rules.error().where.find("units.toml, line 3"), std::string::npos) << rules.error().text();
}

TEST(LoadRules, more_entries_than_the_limit_are_refused) {
  const RulesFolder folder;
  std::string units;
  for (std::size_t id = 1; id <= limits::kUnitsMax + 1; ++id)
    units += "[[unit]]\nid = " + std::to_string(id) + "\nnames = { zh = \"局\", en = \"B\" }\n";
  folder.write("units.toml", units);

  const auto rules = folder.load();

  ASSERT_FALSE(rules.ok());
  EXPECT_EQ(rules.error().code, Code::kTooLarge);
}

TEST(LoadConfig, every_option_is_read_and_what_is_not_there_stays_empty) {
  const TestFolder folder;
  std::ofstream(folder.file("c.toml"))
      << "data = \"/d\"\nrules = \"/r\"\naddress = \"10.0.0.1\"\ndevice_address = \"kiosk.example:7443\"\n"
         "text_key_file = \"/t\"\ndevice_port = 0\nweb_port = 65535\n";
  std::ofstream(folder.file("few.toml")) << "data = \"/d\"\n";

  const auto all = load_config(folder.file("c.toml"));
  const auto few = load_config(folder.file("few.toml"));

  ASSERT_OK(all);
  EXPECT_EQ(all->data, "/d");
  EXPECT_EQ(all->rules, "/r");
  EXPECT_EQ(all->address, "10.0.0.1");
  EXPECT_EQ(all->device_address, "kiosk.example:7443");
  EXPECT_EQ(all->text_key_file, "/t");
  EXPECT_EQ(all->device_port, 0);
  EXPECT_EQ(all->web_port, 65535);
  ASSERT_OK(few);
  EXPECT_FALSE(few->web_port.has_value());
}

TEST(LoadConfig, every_mistake_is_told_with_file_line_and_reason) {
  const std::vector<std::pair<std::string, std::string>> mistakes{
      {"web_port = 65536", "0 to 65535"},         {"web_port = -1", "0 to 65535"},
      {"web_port = \"80\"", "whole number"},      {"data = 5", "must be a text"},
      {"web_prot = 80", "nobody knows"},          {"[server]\nport = 1", "nobody knows"},
      {"data = \"a\\u0000b\"", "must be a text"},
  };
  for (const auto& [line, reason] : mistakes) {
    const TestFolder folder;
    std::ofstream(folder.file("c.toml")) << "rules = \"/r\"\n" << line << "\n";

    const auto config = load_config(folder.file("c.toml"));

    ASSERT_FALSE(config.ok()) << line;
    EXPECT_NE(config.error().where.find("c.toml, line 2"), std::string::npos) << config.error().text();
    EXPECT_NE(config.error().what.find(reason), std::string::npos) << config.error().text();
  }
}

TEST(LoadConfig, missing_or_malformed_file_is_told) {
  const TestFolder folder;
  std::ofstream(folder.file("c.toml")) << "data = \n";

  const auto malformed = load_config(folder.file("c.toml"));
  const auto missing = load_config(folder.file("none.toml"));

  ASSERT_FALSE(malformed.ok());
  EXPECT_EQ(malformed.error().code, Code::kMalformed);
  EXPECT_NE(malformed.error().where.find("line 1"), std::string::npos);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Code::kNotFound);
}

}  // namespace
}  // namespace huiyin::office::testing
