#include "shared/net/frame_link.hpp"

#include <gtest/gtest.h>

#include "tests/net/links.hpp"

namespace huiyin::net {
namespace {

using namespace std::chrono_literals;

TEST(FrameLink_round_trip, frames_of_every_size_arrive_whole_and_in_order) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto device = links.connect();
  ASSERT_TRUE(device->link);
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  End& office = *links.accepted[0];
  const std::vector<std::size_t> sizes{0, 1, 125, 126, 65'535, 65'536, limits::kFrameBytesMax};

  for (const std::size_t size : sizes) device->link->send(pattern(size));
  ASSERT_TRUE(loop.until([&] { return office.frames.size() == sizes.size(); }));
  for (const std::size_t size : sizes) office.link->send(pattern(size, 9));
  ASSERT_TRUE(loop.until([&] { return device->frames.size() == sizes.size(); }));

  for (std::size_t i = 0; i < sizes.size(); ++i) {
    EXPECT_EQ(office.frames[i], pattern(sizes[i])) << sizes[i];
    EXPECT_EQ(device->frames[i], pattern(sizes[i], 9)) << sizes[i];
  }
  EXPECT_TRUE(office.closed.empty());
  EXPECT_TRUE(device->closed.empty());
}

TEST(FrameLink_both_directions_at_once, nothing_is_lost_or_reordered) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto device = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  End& office = *links.accepted[0];

  for (std::uint8_t i = 0; i < 40; ++i) {
    device->link->send(pattern(60'000, i));
    office.link->send(pattern(70'000, i));
  }
  ASSERT_TRUE(loop.until([&] { return office.frames.size() == 40 && device->frames.size() == 40; }));

  for (std::uint8_t i = 0; i < 40; ++i) {
    EXPECT_EQ(office.frames[i], pattern(60'000, i));
    EXPECT_EQ(device->frames[i], pattern(70'000, i));
  }
}

TEST(FrameLink_frame_above_the_cap, closes_the_link_and_is_not_delivered) {
  Loop loop;
  Links links(loop);
  links.options.frame_bytes_max = 1000;
  links.serve();
  const auto device = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));

  device->link->send(pattern(1001));
  ASSERT_TRUE(loop.until([&] { return !links.accepted[0]->closed.empty() && !device->closed.empty(); }));

  EXPECT_TRUE(links.accepted[0]->frames.empty());
  EXPECT_NE(links.accepted[0]->closed[0].find("above 1000 bytes"), std::string::npos)
      << links.accepted[0]->closed[0];
  EXPECT_NE(device->closed[0].find("1009"), std::string::npos) << device->closed[0];
  EXPECT_EQ(links.server->connections(), 0U);
}

TEST(FrameLink_frame_at_the_cap, arrives) {
  Loop loop;
  Links links(loop);
  links.options.frame_bytes_max = 1000;
  links.serve();
  const auto device = links.connect();

  device->link->send(pattern(1000));
  ASSERT_TRUE(loop.until([&] { return !links.accepted.empty() && !links.accepted[0]->frames.empty(); }));

  EXPECT_EQ(links.accepted[0]->frames[0], pattern(1000));
}

TEST(FrameClient_wrong_pin, is_refused_and_the_office_never_sees_a_link) {
  Loop loop;
  Links links(loop);
  links.serve();
  FrameClientOptions client = links.client_options();
  client.pin.bytes[15] ^= 1;

  const auto outcome = links.attempt(client);
  loop.run_for(50ms);

  ASSERT_TRUE(outcome.has_value());
  ASSERT_FALSE(outcome->ok());
  EXPECT_EQ(outcome->error().code, Code::kRefused);
  EXPECT_NE(outcome->error().text().find("another key"), std::string::npos);
  EXPECT_TRUE(links.accepted.empty());
  EXPECT_EQ(links.server->connections(), 0U);
}

TEST(FrameClient_nobody_listens, is_a_network_error_with_the_address) {
  Loop loop;
  Links links(loop);
  links.serve();
  const FrameClientOptions client = links.client_options();
  links.server.reset();

  const auto outcome = links.attempt(client);

  ASSERT_TRUE(outcome.has_value());
  ASSERT_FALSE(outcome->ok());
  EXPECT_EQ(outcome->error().code, Code::kNetwork);
  EXPECT_NE(outcome->error().text().find("127.0.0.1:"), std::string::npos);
}

TEST(FrameClient_localhost_by_name, connects) {
  Loop loop;
  Links links(loop);
  links.serve();
  FrameClientOptions client = links.client_options();
  client.host = "localhost";

  const auto device = links.connect(client);

  EXPECT_TRUE(device->link);
}

TEST(FrameLink_exporter, is_equal_on_both_ends_and_differs_between_connections) {
  Loop loop;
  Links links(loop);
  links.serve();

  const auto first = links.connect();
  const auto second = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 2; }));

  EXPECT_EQ(first->link->exporter(), links.accepted[0]->link->exporter());
  EXPECT_EQ(second->link->exporter(), links.accepted[1]->link->exporter());
  EXPECT_FALSE(first->link->exporter() == second->link->exporter());
  EXPECT_FALSE(first->link->exporter().is_none());
}

TEST(FrameLink_peer, names_address_and_port) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto device = links.connect();

  EXPECT_EQ(device->link->peer(), "127.0.0.1:" + std::to_string(links.server->port()));
}

TEST(FrameLink_close, drains_queued_frames_first_and_tells_both_ends_once) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto device = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  End& office = *links.accepted[0];

  for (std::uint8_t i = 0; i < 16; ++i) office.link->send(pattern(200'000, i));
  office.link->close(CloseCode::kGoingAway, "restarting");
  office.link->send(pattern(5));  // too late: not sent
  ASSERT_TRUE(loop.until([&] { return !office.closed.empty() && !device->closed.empty(); }));
  loop.run_for(50ms);

  ASSERT_EQ(device->frames.size(), 16U);
  EXPECT_EQ(device->frames[15], pattern(200'000, 15));
  EXPECT_EQ(device->closed, std::vector<std::string>{"closed by the peer (1001): restarting"});
  EXPECT_EQ(office.closed, std::vector<std::string>{"restarting"});
  EXPECT_EQ(links.server->connections(), 0U);
}

TEST(FrameLink_close_then_drop, still_delivers_what_was_queued) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto device = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  End& office = *links.accepted[0];

  office.link->send(pattern(100'000));
  office.link->close(CloseCode::kPolicy, "not enrolled");
  office.link.reset();
  ASSERT_TRUE(loop.until([&] { return !device->closed.empty(); }));

  ASSERT_EQ(device->frames.size(), 1U);
  EXPECT_NE(device->closed[0].find("1008"), std::string::npos);
  EXPECT_TRUE(office.closed.empty()) << "a dropped link makes no callback";
}

TEST(FrameLink_dropped_by_its_owner, closes_the_socket_without_a_callback) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto device = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));

  links.accepted[0]->link.reset();
  ASSERT_TRUE(loop.until([&] { return !device->closed.empty(); }));

  EXPECT_TRUE(links.accepted[0]->closed.empty());
  EXPECT_EQ(links.server->connections(), 0U);
}

TEST(FrameLink_dropped_inside_on_frame, is_safe) {
  Loop loop;
  Links links(loop);
  links.serve();
  auto device = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  int calls = 0;
  const auto bytes = std::make_shared<Bytes>();
  LinkHandlers handlers;
  handlers.on_frame = [&calls, &device, bytes](ByteView frame) {
    ++calls;
    device->link.reset();
    *bytes = to_bytes(frame);  // view and captures still live
  };
  device->link->set_handlers(std::move(handlers));

  links.accepted[0]->link->send(pattern(3000));
  links.accepted[0]->link->send(pattern(10));
  ASSERT_TRUE(loop.until([&] { return !links.accepted[0]->closed.empty(); }));

  EXPECT_EQ(calls, 1);
  EXPECT_EQ(*bytes, pattern(3000));
}

TEST(FrameLink_send_and_close_inside_on_frame, work) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto device = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  End& office = *links.accepted[0];
  LinkHandlers handlers;
  handlers.on_frame = [&office](ByteView frame) {
    office.link->send(to_bytes(frame));
    office.link->close(CloseCode::kNormal, "answered");
  };
  handlers.on_closed = [&office](const std::string& reason) {
    office.closed.push_back(reason);
    office.link->send(Bytes{1});                          // on a closed link: nothing
    office.link->close(CloseCode::kNormal, "once more");  // nothing either
    office.link.reset();
  };
  office.link->set_handlers(std::move(handlers));

  device->link->send(pattern(77));
  ASSERT_TRUE(loop.until([&] { return !device->closed.empty() && !office.closed.empty(); }));
  loop.run_for(20ms);

  EXPECT_EQ(device->frames, std::vector<Bytes>{pattern(77)});
  EXPECT_EQ(office.closed, std::vector<std::string>{"answered"});
}

TEST(FrameLink_paused, delivers_nothing_until_resumed) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto device = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  End& office = *links.accepted[0];

  office.link->pause_reading(true);
  device->link->send(pattern(10, 1));
  device->link->send(pattern(10, 2));
  loop.run_for(50ms);
  EXPECT_TRUE(office.frames.empty());

  office.link->pause_reading(false);
  ASSERT_TRUE(loop.until([&] { return office.frames.size() == 2; }));
  EXPECT_EQ(office.frames[0], pattern(10, 1));
  EXPECT_EQ(office.frames[1], pattern(10, 2));
}

TEST(FrameLink_handlers_set_late, get_the_frames_that_came_before) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto outcome = links.attempt(links.client_options());
  ASSERT_TRUE(outcome && outcome->ok());
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  links.accepted[0]->link->send(pattern(42));
  loop.run_for(30ms);

  End device;
  device.link = outcome->value();
  device.listen();
  ASSERT_TRUE(loop.until([&] { return device.frames.size() == 1; }));

  EXPECT_EQ(device.frames[0], pattern(42));
}

TEST(FrameLink_peer_that_never_takes_frames, is_closed_with_1013) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto device = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  End& office = *links.accepted[0];
  device->link->pause_reading(true);
  loop.run_for(20ms);

  // More than socket buffers and outbox take together.
  std::size_t sent = 0;
  while (office.closed.empty() && sent < 400) {
    office.link->send(pattern(100'000));
    ++sent;
    loop.run_for(1ms);
    if (sent >= limits::kOutboxFramesMax * 3)
      static_cast<void>(loop.until([&] { return !office.closed.empty(); }, 3s));
  }

  ASSERT_EQ(office.closed, std::vector<std::string>{"the peer does not take its frames"});
  device->link->pause_reading(false);
  ASSERT_TRUE(loop.until([&] { return !device->closed.empty(); }));
}

TEST(FrameLink_burst_above_the_outbox, reaches_a_reading_peer_as_1013) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto device = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  End& office = *links.accepted[0];

  for (std::size_t i = 0; i <= limits::kOutboxFramesMax; ++i) office.link->send(pattern(10));
  ASSERT_TRUE(loop.until([&] { return !office.closed.empty() && !device->closed.empty(); }));

  EXPECT_NE(device->closed[0].find("1013"), std::string::npos) << device->closed[0];
}

TEST(FrameLink_quiet_but_alive, is_kept_by_pings) {
  Loop loop;
  Links links(loop);
  links.options.idle_max = Duration{200};
  links.serve();
  FrameClientOptions client = links.client_options();
  client.idle_max = Duration{60'000};
  const auto device = links.connect(client);

  loop.run_for(700ms);

  EXPECT_TRUE(device->closed.empty());
  ASSERT_EQ(links.accepted.size(), 1U);
  EXPECT_TRUE(links.accepted[0]->closed.empty());
  EXPECT_EQ(links.server->connections(), 1U);
}

TEST(FrameLink_silent_peer, is_closed_after_idle_max) {
  Loop loop;
  Links links(loop);
  links.options.idle_max = Duration{200};
  links.serve();
  const auto device = links.connect();
  device->link->pause_reading(true);  // answers no ping any more, after the frame below
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
  links.accepted[0]->link->send(pattern(1));

  ASSERT_TRUE(loop.until([&] { return !links.accepted[0]->closed.empty(); }, 5s));

  EXPECT_NE(links.accepted[0]->closed[0].find("silent"), std::string::npos) << links.accepted[0]->closed[0];
}

TEST(FrameLink_handler_that_throws, closes_that_link_only) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto first = links.connect();
  const auto second = links.connect();
  ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 2; }));
  End& broken = *links.accepted[0];
  LinkHandlers handlers;
  handlers.on_frame = [](ByteView) { throw std::runtime_error("handler bug"); };
  handlers.on_closed = [&broken](const std::string& reason) { broken.closed.push_back(reason); };
  broken.link->set_handlers(std::move(handlers));

  first->link->send(pattern(1));
  ASSERT_TRUE(loop.until([&] { return !broken.closed.empty(); }));
  second->link->send(pattern(2));
  ASSERT_TRUE(loop.until([&] { return links.accepted[1]->frames.size() == 1; }));

  EXPECT_EQ(loop.errors, std::vector<std::string>{"handler bug"});
}

TEST(FrameServer_connection_cap, closes_the_one_too_many_and_serves_again_after_a_leave) {
  Loop loop;
  Links links(loop);
  links.options.connections_max = 2;
  links.serve();
  auto first = links.connect();
  const auto second = links.connect();
  EXPECT_EQ(links.server->connections(), 2U);

  const auto third = links.attempt(links.client_options());
  ASSERT_TRUE(third && !third->ok());
  EXPECT_EQ(third->error().code, Code::kNetwork);
  EXPECT_EQ(links.accepted.size(), 2U);

  first->link.reset();
  ASSERT_TRUE(loop.until([&] { return links.server->connections() == 1; }));
  EXPECT_TRUE(links.connect()->link);
}

TEST(FrameServer_stop_accepting, keeps_links_and_takes_no_more) {
  Loop loop;
  Links links(loop);
  links.serve();
  const auto device = links.connect();

  links.server->stop_accepting();
  const auto later = links.attempt(links.client_options());
  device->link->send(pattern(3));
  ASSERT_TRUE(loop.until([&] { return links.accepted[0]->frames.size() == 1; }));

  ASSERT_TRUE(later.has_value());
  EXPECT_FALSE(later->ok());
}

TEST(FrameServer_port_taken, is_busy_and_says_so) {
  Loop loop;
  Links links(loop);
  links.serve();
  FrameServerOptions again = links.options;
  again.port = links.server->port();

  const auto second = make_frame_server(loop.runtime, again, [](std::shared_ptr<FrameLink>) {});

  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kBusy);
}

TEST(FrameServer_broken_identity, is_an_error_not_a_crash) {
  Loop loop;
  const TlsIdentity other = make_tls_identity("another").value();
  FrameServerOptions no_certificate;
  no_certificate.identity = {"not pem", test_identity().key_pem};
  FrameServerOptions mixed;
  mixed.identity = {test_identity().certificate_pem, other.key_pem};

  const auto ignore = [](std::shared_ptr<FrameLink>) {};

  EXPECT_FALSE(make_frame_server(loop.runtime, no_certificate, ignore).ok());
  EXPECT_FALSE(make_frame_server(loop.runtime, mixed, ignore).ok());
}

TEST(TlsIdentity_made, has_a_stable_pin_of_its_own) {
  const TlsIdentity other = make_tls_identity("another").value();

  EXPECT_EQ(tls_pin(test_identity()).value(), tls_pin(test_identity()).value());
  EXPECT_FALSE(tls_pin(other).value() == tls_pin(test_identity()).value());
  EXPECT_FALSE(tls_pin({"nonsense", ""}).ok());
  EXPECT_FALSE(make_tls_identity("").ok());
}

TEST(Runtime_destroyed_with_links_under_way, frees_everything) {
  std::shared_ptr<int> witness = std::make_shared<int>(1);
  {
    Loop loop;
    Links links(loop);
    links.serve();
    const auto device = links.connect();
    ASSERT_TRUE(loop.until([&] { return links.accepted.size() == 1; }));
    LinkHandlers handlers;
    handlers.on_frame = [witness](ByteView) {};
    device->link->set_handlers(std::move(handlers));
    links.accepted[0]->link->send(pattern(200'000));
    device->link->send(pattern(200'000));
    device->link->close(CloseCode::kNormal, "bye");
    connect_frame_link(loop.runtime, links.client_options(),
                       [witness](Result<std::shared_ptr<FrameLink>>) {});
    EXPECT_GT(witness.use_count(), 2);
  }
  EXPECT_EQ(witness.use_count(), 1);
}

}  // namespace
}  // namespace huiyin::net
