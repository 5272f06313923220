/// Links that live in every order: frames, pauses, closes and drops of both ends drawn from a
/// seed. Whatever happens, frames arrive in order, each end is told once, nothing stays behind.

#include <gtest/gtest.h>

#include "shared/core/prng.hpp"
#include "tests/net/links.hpp"

namespace huiyin::net {
namespace {

using namespace std::chrono_literals;

constexpr int kPairs = 8;
constexpr int kSteps = 150;

struct LifeEnd {
  End end;
  std::uint32_t sent = 0;
  bool closing = false;
  bool dropped = false;
};

Bytes numbered(std::uint32_t number, std::size_t size) {
  Bytes frame;
  put_big_endian(frame, number);
  frame.resize(frame.size() + size, static_cast<std::uint8_t>(number));
  return frame;
}

void act(LifeEnd& self, Prng& prng) {
  if (self.dropped || !self.end.link) return;
  switch (prng.below(20)) {
    case 0:
      if (prng.chance(1, 4)) {
        self.end.link->close(CloseCode::kNormal, "done");
        self.closing = true;
      }
      break;
    case 1:
      if (prng.chance(1, 8)) {
        self.end.link.reset();
        self.dropped = true;
      }
      break;
    case 2: self.end.link->pause_reading(true); break;
    case 3:
    case 4: self.end.link->pause_reading(false); break;
    default:
      if (!self.closing && self.end.closed.empty())
        self.end.link->send(numbered(self.sent++, prng.below(prng.chance(1, 10) ? 100'000 : 300)));
  }
}

void check_frames(const End& end, std::uint32_t sent_by_other) {
  EXPECT_LE(end.frames.size(), sent_by_other);
  for (std::uint32_t i = 0; i < end.frames.size(); ++i)
    ASSERT_EQ(get_big_endian<std::uint32_t>(end.frames[i]), i);
  EXPECT_LE(end.closed.size(), 1U);
  EXPECT_EQ(end.frames_after_close, 0U);
}

class FrameLinkLife : public testing::TestWithParam<std::uint64_t> {};

TEST_P(FrameLinkLife, frames_stay_in_order_and_every_end_is_told_once) {
  Prng prng(GetParam());
  Loop loop;
  Links links(loop);
  links.serve();
  std::vector<std::unique_ptr<LifeEnd>> devices;
  std::vector<std::unique_ptr<LifeEnd>> offices;
  for (int i = 0; i < kPairs; ++i) {
    auto device = std::make_unique<LifeEnd>();
    device->end.link = links.connect()->link;
    device->end.listen();
    devices.push_back(std::move(device));
    ASSERT_TRUE(loop.until([&] { return links.accepted.size() == static_cast<std::size_t>(i) + 1; }));
    auto office = std::make_unique<LifeEnd>();
    office->end.link = std::move(links.accepted.back()->link);
    office->end.listen();
    offices.push_back(std::move(office));
  }

  for (int step = 0; step < kSteps; ++step) {
    for (std::size_t i = 0; i < kPairs; ++i) {
      act(*devices[i], prng);
      act(*offices[i], prng);
    }
    if (prng.chance(1, 3)) loop.run_for(std::chrono::milliseconds(prng.below(2)));
  }
  for (std::size_t i = 0; i < kPairs; ++i) {
    for (LifeEnd* side : {devices[i].get(), offices[i].get()}) {
      if (side->end.link) side->end.link->pause_reading(false);
      if (side->end.link) side->end.link->close(CloseCode::kNormal, "end of test");
    }
  }
  const bool all_told = loop.until(
      [&] {
        for (std::size_t i = 0; i < kPairs; ++i)
          for (const LifeEnd* side : {devices[i].get(), offices[i].get()})
            if (!side->dropped && side->end.closed.empty()) return false;
        return links.server->connections() == 0;
      },
      6s);

  EXPECT_TRUE(all_told) << "seed " << GetParam();
  EXPECT_TRUE(loop.errors.empty());
  for (std::size_t i = 0; i < kPairs; ++i) {
    check_frames(devices[i]->end, offices[i]->sent);
    check_frames(offices[i]->end, devices[i]->sent);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, FrameLinkLife, testing::Range<std::uint64_t>(0, 24));

}  // namespace
}  // namespace huiyin::net
