#include "shared/net/control_socket.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/net/loop.hpp"

namespace huiyin::net {
namespace {

using namespace std::chrono_literals;

class ControlSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "huiyin-control-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
    path = folder + "/control";
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  using Handler = std::function<void(std::string, std::function<void(std::string)>)>;
  static void echo(std::string line, const std::function<void(std::string)>& respond) {
    respond("echo " + line);
  }
  Result<std::unique_ptr<ControlServer>> serve(Handler handler = echo) {
    return make_control_server(loop.runtime, path, std::move(handler));
  }
  Result<std::string> call(const std::string& line, Duration timeout = Duration{5000}) {
    return loop.beside([&] { return control_call(path, line, timeout); });
  }

  Loop loop;
  std::string folder;
  std::string path;
};

TEST_F(ControlSocketTest, line_goes_in_and_comes_back) {
  const auto server = serve();
  ASSERT_TRUE(server.ok()) << server.error().text();

  const auto answer = call("{\"do\":\"status\"}");

  ASSERT_TRUE(answer.ok()) << answer.error().text();
  EXPECT_EQ(*answer, "echo {\"do\":\"status\"}");
}

TEST_F(ControlSocketTest, file_has_mode_0600_whatever_the_umask) {
  const mode_t before = ::umask(0);
  const auto server = serve();
  ::umask(before);
  ASSERT_TRUE(server.ok());

  struct stat found {};
  ASSERT_EQ(::lstat(path.c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 07777, 0600U);
}

TEST_F(ControlSocketTest, second_server_is_busy_and_the_first_goes_on) {
  const auto first = serve();
  ASSERT_TRUE(first.ok());

  const auto second = serve();

  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kBusy);
  EXPECT_TRUE(call("still there").ok());
}

TEST_F(ControlSocketTest, stale_file_is_replaced) {
  {  // what a killed daemon leaves: a bound file nobody listens on
    const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    ASSERT_EQ(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ::close(dead);
    ASSERT_TRUE(std::filesystem::exists(path));
  }

  const auto server = serve();

  ASSERT_TRUE(server.ok()) << server.error().text();
  EXPECT_TRUE(call("hello").ok());
}

TEST_F(ControlSocketTest, file_that_is_no_socket_is_left_alone) {
  std::ofstream(path) << "precious";

  const auto server = serve();

  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().code, Code::kConflict);
  EXPECT_EQ(std::filesystem::file_size(path), 8U);
}

TEST_F(ControlSocketTest, file_goes_with_the_server) {
  { const auto server = serve(); }

  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(call("anyone").error().code, Code::kNotFound);
}

TEST_F(ControlSocketTest, path_too_long_is_a_clear_error) {
  path = folder + "/" + std::string(120, 'x');

  const auto server = serve();

  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().code, Code::kInvalid);
  EXPECT_NE(server.error().text().find("107"), std::string::npos);
  EXPECT_EQ(call("x").error().code, Code::kInvalid);
}

TEST_F(ControlSocketTest, lines_of_64_kib_pass_both_ways_and_longer_ones_do_not) {
  const auto server = serve(
      [](std::string line, const std::function<void(std::string)>& respond) { respond(std::move(line)); });
  ASSERT_TRUE(server.ok());
  const std::string longest(64 * 1024, 'l');

  const auto answer = call(longest);

  ASSERT_TRUE(answer.ok()) << answer.error().text();
  EXPECT_EQ(*answer, longest);
  EXPECT_EQ(call(longest + "x").error().code, Code::kInvalid);
}

TEST_F(ControlSocketTest, overlong_line_of_a_foreign_caller_is_closed) {
  const auto server = serve();
  ASSERT_TRUE(server.ok());

  const bool closed = loop.beside([this] {
    const int caller = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (::connect(caller, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return false;
    const std::string text(200'000, 'y');
    static_cast<void>(::send(caller, text.data(), text.size(), MSG_NOSIGNAL));
    char byte = 0;
    const bool over = ::recv(caller, &byte, 1, 0) <= 0;
    ::close(caller);
    return over;
  });

  EXPECT_TRUE(closed);
}

TEST_F(ControlSocketTest, dropped_respond_is_an_error_not_a_hang) {
  const auto server = serve([](std::string, const std::function<void(std::string)>&) {});
  ASSERT_TRUE(server.ok());

  EXPECT_EQ(call("x").error().code, Code::kNetwork);
}

TEST_F(ControlSocketTest, answer_from_another_thread_arrives) {
  std::thread worker;
  const auto server = serve([&worker](std::string, std::function<void(std::string)> respond) {
    worker = std::thread([respond = std::move(respond)] { respond("from afar"); });
  });
  ASSERT_TRUE(server.ok());

  const auto answer = call("x");
  worker.join();

  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(*answer, "from afar");
}

TEST_F(ControlSocketTest, daemon_that_does_not_answer_times_out) {
  std::function<void(std::string)> kept;
  const auto server =
      serve([&kept](std::string, std::function<void(std::string)> respond) { kept = std::move(respond); });
  ASSERT_TRUE(server.ok());

  const auto answer = call("x", Duration{100});

  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::kNetwork);
}

}  // namespace
}  // namespace huiyin::net
