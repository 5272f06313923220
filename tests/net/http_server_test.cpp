#include "shared/net/http_server.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/net/loop.hpp"
#include "tests/net/raw_peer.hpp"

namespace huiyin::net {
namespace {

using namespace std::chrono_literals;

class HttpServerTest : public testing::Test {
 protected:
  void serve(HttpHandler handler) {
    auto made = make_http_server(loop.runtime, options, std::move(handler));
    ASSERT_TRUE(made.ok()) << made.error().text();
    server = std::move(*made);
  }
  /// Answers with what it saw.
  void serve_echo() {
    serve([this](HttpRequest request, HttpRespond respond) {
      seen.push_back(request);
      HttpResponse response;
      response.content_type = "text/plain";
      response.body = request.method + " " + request.path + " " + request.body;
      respond(std::move(response));
    });
  }
  /// Sends everything, then reads to the end of the connection or to `enough`.
  std::string talk(const std::string& text, const std::string& enough = {},
                   std::chrono::milliseconds max = 5s) {
    const std::uint16_t port = server->port();
    return loop.beside([=] {
      RawPeer peer(port);
      peer.send(text);
      return peer.read_until(enough, max);
    });
  }

  Loop loop;
  HttpServerOptions options;
  std::vector<HttpRequest> seen;
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, get_is_answered_with_length_and_nosniff) {
  serve_echo();

  const std::string answer =
      talk("GET /a%20b?x=1%2B1 HTTP/1.1\r\nHost: h\r\nX-Thing: v\r\nConnection: close\r\n\r\n");

  EXPECT_EQ(answer.find("HTTP/1.1 200 OK\r\n"), 0U) << answer;
  EXPECT_NE(answer.find("Content-Length: 9\r\n"), std::string::npos);
  EXPECT_NE(answer.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\n\r\nGET /a b "), std::string::npos);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].query.at("x"), "1+1");
  EXPECT_EQ(seen[0].header("x-thing"), "v");
  EXPECT_EQ(seen[0].peer.find("127.0.0.1:"), 0U);
}

TEST_F(HttpServerTest, post_body_arrives_whole) {
  serve_echo();
  const std::string body(200'000, 'b');

  const std::string answer =
      talk("POST /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 200000\r\n\r\n" + body);

  EXPECT_EQ(answer.find("HTTP/1.1 200 OK\r\n"), 0U);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].body, body);
}

TEST_F(HttpServerTest, keep_alive_and_pipelining_answer_in_order) {
  serve_echo();

  const std::string answer = talk(
      "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\noneGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  const auto one = answer.find("POST /1 one");
  const auto two = answer.find("GET /2 ");
  const auto three = answer.find("GET /3 ");
  ASSERT_NE(one, std::string::npos) << answer;
  ASSERT_NE(two, std::string::npos);
  ASSERT_NE(three, std::string::npos);
  EXPECT_LT(one, two);
  EXPECT_LT(two, three);
}

TEST_F(HttpServerTest, many_requests_on_one_connection) {
  serve_echo();
  const std::uint16_t port = server->port();

  const int answered = loop.beside([port] {
    RawPeer peer(port);
    int count = 0;
    for (int i = 0; i < 100; ++i) {
      const std::string path = "/n" + std::to_string(i);
      peer.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
      if (peer.read_until("GET " + path + " ").find("GET " + path + " ") != std::string::npos) ++count;
    }
    return count;
  });

  EXPECT_EQ(answered, 100);
}

TEST_F(HttpServerTest, head_arrives_as_get_and_has_no_body) {
  serve_echo();

  const std::string answer = talk("HEAD /h HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  EXPECT_NE(answer.find("Content-Length: 7\r\n"), std::string::npos);
  EXPECT_EQ(answer.substr(answer.size() - 4), "\r\n\r\n");
  EXPECT_EQ(seen.at(0).method, "GET");
}

TEST_F(HttpServerTest, body_above_the_cap_is_413_before_it_is_read) {
  options.body_bytes_max = 1000;
  serve_echo();

  const std::string answer = talk("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");

  EXPECT_EQ(answer.find("HTTP/1.1 413 "), 0U) << answer;
  EXPECT_NE(answer.find("application/problem+json"), std::string::npos);
  EXPECT_TRUE(seen.empty());
}

TEST_F(HttpServerTest, body_at_the_cap_is_taken) {
  options.body_bytes_max = 1000;
  serve_echo();

  const std::string answer =
      talk("POST /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n" +
           std::string(1000, 'x'));

  EXPECT_EQ(answer.find("HTTP/1.1 200 "), 0U);
}

TEST_F(HttpServerTest, refused_upload_still_shows_its_answer_to_a_client_that_keeps_sending) {
  options.body_bytes_max = 1000;
  serve_echo();

  const std::string answer =
      talk("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" + std::string(300'000, 'x'), "}");

  EXPECT_EQ(answer.find("HTTP/1.1 413 "), 0U) << answer;
}

TEST_F(HttpServerTest, chunked_request_is_411) {
  serve_echo();

  const std::string answer =
      talk("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");

  EXPECT_EQ(answer.find("HTTP/1.1 411 "), 0U) << answer;
  EXPECT_TRUE(seen.empty());
}

TEST_F(HttpServerTest, length_and_chunked_together_is_refused) {
  serve_echo();

  const std::string answer = talk(
      "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET "
      "/smuggled HTTP/1.1\r\n\r\n");

  EXPECT_EQ(answer.find("HTTP/1.1 4"), 0U) << answer;
  EXPECT_TRUE(seen.empty());
}

TEST_F(HttpServerTest, what_is_not_http_is_400) {
  serve_echo();

  EXPECT_EQ(talk("hello there\r\n\r\n").find("HTTP/1.1 400 "), 0U);
  EXPECT_EQ(talk("GET /\x01 HTTP/1.1\r\n\r\n").find("HTTP/1.1 400 "), 0U);
  EXPECT_EQ(talk("GET / HTTP/1.1\r\nbad header\r\n\r\n").find("HTTP/1.1 400 "), 0U);
  EXPECT_EQ(talk("GET /../secret HTTP/1.1\r\nHost: h\r\n\r\n").find("HTTP/1.1 400 "), 0U);
  EXPECT_EQ(talk("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n").find("HTTP/1.1 400 "), 0U);
  EXPECT_TRUE(seen.empty());
}

TEST_F(HttpServerTest, header_above_8_kib_is_431) {
  serve_echo();

  const std::string answer = talk("GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n", "}");

  EXPECT_EQ(answer.find("HTTP/1.1 431 "), 0U) << answer.substr(0, 200);
  EXPECT_TRUE(seen.empty());
}

TEST_F(HttpServerTest, slow_request_is_408_at_the_total_deadline) {
  options.request_max = Duration{200};
  serve_echo();
  const std::uint16_t port = server->port();
  const auto start = std::chrono::steady_clock::now();

  const std::string answer = loop.beside([port] {
    RawPeer peer(port);
    for (const char byte : std::string("GET / HTTP/1.1\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")) {
      const std::string got = peer.read_until("}", 20ms);
      if (!got.empty()) return got;
      peer.send(std::string(1, byte));
    }
    return std::string();
  });

  EXPECT_EQ(answer.find("HTTP/1.1 408 "), 0U) << answer;
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
}

TEST_F(HttpServerTest, idle_connection_is_closed) {
  options.idle_max = Duration{150};
  serve_echo();
  const std::uint16_t port = server->port();

  EXPECT_TRUE(loop.beside([port] { return RawPeer(port).closed_within(3s); }));
}

TEST_F(HttpServerTest, respond_from_another_thread_works) {
  std::thread worker;
  serve([&worker](HttpRequest, HttpRespond respond) {
    worker = std::thread([respond = std::move(respond)] {
      HttpResponse response;
      response.body = "from afar";
      respond(std::move(response));
    });
  });

  const std::string answer = talk("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  worker.join();

  EXPECT_NE(answer.find("from afar"), std::string::npos);
}

TEST_F(HttpServerTest, dropped_respond_is_500_and_closes) {
  serve([](HttpRequest, HttpRespond) {});

  const std::string answer = talk("GET / HTTP/1.1\r\nHost: h\r\n\r\n");

  EXPECT_EQ(answer.find("HTTP/1.1 500 "), 0U) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServerTest, handler_that_throws_is_500_and_the_server_goes_on) {
  serve([](HttpRequest request, HttpRespond respond) {
    if (request.path == "/throw") throw std::runtime_error("handler bug");
    respond({});
  });

  EXPECT_EQ(talk("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n").find("HTTP/1.1 500 "), 0U);
  EXPECT_EQ(talk("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").find("HTTP/1.1 200 "), 0U);
  EXPECT_EQ(loop.errors, std::vector<std::string>{"handler bug"});
}

TEST_F(HttpServerTest, large_response_arrives_whole) {
  serve([](HttpRequest, HttpRespond respond) {
    HttpResponse response;
    response.body = std::string(3'000'000, 'r');
    respond(std::move(response));
  });

  const std::string answer = talk("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 3'000'000U);
}

TEST_F(HttpServerTest, expect_continue_gets_its_permission) {
  serve_echo();
  const std::uint16_t port = server->port();

  const std::string answers = loop.beside([port] {
    RawPeer peer(port);
    peer.send(
        "POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: "
        "4\r\n\r\n");
    std::string all = peer.read_until("\r\n\r\n");
    peer.send("body");
    return all + peer.read_until({});
  });

  EXPECT_EQ(answers.find("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"), 0U) << answers;
}

TEST_F(HttpServerTest, connections_above_the_cap_are_closed) {
  options.connections_max = 1;
  serve_echo();
  const std::uint16_t port = server->port();

  const bool second_closed = loop.beside([port] {
    RawPeer first(port);
    first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    first.read_until("GET / ");
    return RawPeer(port).closed_within(2s);
  });

  EXPECT_TRUE(second_closed);
}

TEST_F(HttpServerTest, answer_after_the_server_is_gone_is_dropped) {
  HttpRespond kept;
  serve([&kept](HttpRequest, HttpRespond respond) { kept = std::move(respond); });
  const std::uint16_t port = server->port();
  RawPeer peer(port);
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop.until([&] { return static_cast<bool>(kept); }));

  server.reset();
  kept({});
  loop.run_for(20ms);

  EXPECT_TRUE(peer.closed_within(1s));
}

TEST(HttpServer_runtime_gone, late_answers_touch_nothing) {
  HttpRespond kept;
  {
    Loop loop;
    auto server = make_http_server(loop.runtime, {}, [&kept](HttpRequest, HttpRespond respond) {
                    kept = std::move(respond);
                  }).value();
    RawPeer peer(server->port());
    peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(loop.until([&] { return static_cast<bool>(kept); }));
  }
  kept({});
}

}  // namespace
}  // namespace huiyin::net
