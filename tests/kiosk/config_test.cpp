#include "kiosk/config.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/kiosk/test_folder.hpp"

namespace huiyin::kiosk {
namespace {

struct Bad {
  const char* toml;
  const char* line;
  const char* reason;
};

class BadConfig : public ::testing::TestWithParam<Bad> {};

TEST_P(BadConfig, Is_refused_with_file_line_and_reason) {
  Config config;
  const Status read = read_config(GetParam().toml, "kiosk.toml", config);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Code::kInvalid);
  EXPECT_NE(read.error().where.find(std::string("kiosk.toml") + GetParam().line), std::string::npos)
      << read.error().text();
  EXPECT_NE(read.error().what.find(GetParam().reason), std::string::npos) << read.error().text();
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadConfig,
    ::testing::Values(
        Bad{"data = \"/x\"\nport = \"7081\"\n", ":2", "port must be a whole number"},
        Bad{"port = 70000", ":1", "from 0 to 65535"}, Bad{"port = -1", ":1", "from 0 to 65535"},
        Bad{"\n\nprot = 7081", ":3", "no option \"prot\""}, Bad{"data = 7", ":1", "data must be text"},
        Bad{"port = \n", ":1", ""}, Bad{"idle_seconds = 1.5", ":1", "whole number"},
        Bad{"log_level = \"loud\"", ":1", "debug, info"}, Bad{"address = \"0.0.0.0\"", ":1", "no option"},
        Bad{"idle_seconds = 20\nwarn_seconds = 20", "", "less than"}, Bad{"data = \"\"", "", "empty"}));

TEST(Config, Every_option_of_a_good_file_is_taken) {
  Config config;
  const Status read = read_config(
      "data = \"/srv/k\"\nport = 7090\nidle_seconds = 90\nwarn_seconds = 30\nreceipts_ready = 2\n"
      "retry_seconds_max = 120\nstore_mib_max = 64\nlog_level = \"warn\"\n",
      "f", config);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(config.data, "/srv/k");
  EXPECT_EQ(config.port, 7090);
  EXPECT_EQ(config.idle_seconds, 90U);
  EXPECT_EQ(config.warn_seconds, 30U);
  EXPECT_EQ(config.receipts_ready, 2U);
  EXPECT_EQ(config.retry_max, Duration{120'000});
  EXPECT_EQ(config.store_bytes_max, 64U * 1024 * 1024);
  EXPECT_EQ(config.log_level, "warn");
}

TEST(CommandLine, Goes_over_the_file) {
  const TestFolder folder;
  std::ofstream(folder.file("k.toml")) << "port = 7090\ndata = \"/srv/k\"\n";
  const CommandLine line = read_command_line({"--config", folder.file("k.toml"), "--port", "0"});
  ASSERT_FALSE(line.message) << *line.message;
  EXPECT_EQ(line.config.port, 0);
  EXPECT_EQ(line.config.data, "/srv/k");
}

TEST(CommandLine, Mistakes_are_told_with_exit_code_2_and_help_with_0) {
  for (const std::vector<std::string>& bad : {std::vector<std::string>{"--prot", "1"},
                                              {"--port", "x"},
                                              {"--port", "70000"},
                                              {"stray"},
                                              {"--config", "/nowhere/k.toml"}}) {
    const CommandLine line = read_command_line(bad);
    ASSERT_TRUE(line.message) << bad.front();
    EXPECT_EQ(line.exit_code, 2) << bad.front();
    EXPECT_FALSE(line.message->empty());
  }
  const CommandLine help = read_command_line({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.message->find("--data"), std::string::npos);
}

}  // namespace
}  // namespace huiyin::kiosk
