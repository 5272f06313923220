#include "protocol/edge_session.hpp"
#include "protocol/office_session.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/protocol/samples.hpp"

using namespace huiyin;
using namespace huiyin::protocol;

namespace {

class Believing final : public HashPort {
 public:
  Hash blake2b(std::initializer_list<ByteView> parts) const override {
    return testing::hashes().blake2b(parts);
  }
  Hash sha256(std::initializer_list<ByteView> parts) const override {
    return testing::hashes().sha256(parts);
  }
  bool verify(const PublicKey&, std::initializer_list<ByteView>, const Signature&) const override {
    return true;
  }
};
class Signer final : public SignPort {
 public:
  const PublicKey& public_key() const override { return key_; }
  Signature sign(std::initializer_list<ByteView>) const override { return {}; }

 private:
  PublicKey key_;
};

/// The input as a list of steps: one byte says what, and what it needs follows.
class Steps {
 public:
  explicit Steps(ByteView bytes) : bytes_(bytes) {}
  [[nodiscard]] bool more() const { return at_ < bytes_.size(); }
  std::uint8_t byte() { return more() ? bytes_[at_++] : std::uint8_t{0}; }
  /// u16 little-endian length, then so many bytes, or what is left.
  ByteView block() {
    std::size_t length = byte();
    length |= static_cast<std::size_t>(byte()) << 8U;
    length = std::min(length, bytes_.size() - at_);
    const ByteView taken = bytes_.subspan(at_, length);
    at_ += length;
    return taken;
  }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

const Believing kHashes;
const Signer kSigner;

template <class Session>
void drain(Session& session, std::vector<typename Session::Output>& asked, bool was_up) {
  int outputs = 0;
  bool closed = false;
  while (auto one = session.poll()) {
    FUZZ_CHECK(!closed);  // nothing after a Close
    FUZZ_CHECK(++outputs < 1000);
    closed = closed || std::holds_alternative<typename Session::Close>(*one);
    asked.push_back(std::move(*one));
  }
  FUZZ_CHECK(!closed || session.is_closed());
  FUZZ_CHECK(session.deadline().has_value() == (was_up && !session.is_closed()));
}

void edge(Steps steps) {
  EdgeIdentity identity;
  identity.office = testing::cast().office;
  identity.device = testing::cast().device_id;
  EdgeSession session(kHashes, kSigner, identity);
  BootTime now{1'000'000};
  std::vector<EdgeSession::Output> out;
  bool up = false, asked = false, welcomed = false, resumed = false, applying = false;
  const auto give = [&](const EdgeSession::Input& input) {
    out.clear();
    session.handle(input, now);
    drain(session, out, up);
    for (const auto& one : out) {
      asked = asked || std::holds_alternative<EdgeSession::NeedBatch>(one);
      welcomed = welcomed || std::holds_alternative<EdgeSession::Welcomed>(one);
      applying = applying || std::holds_alternative<EdgeSession::Apply>(one);
    }
  };
  up = true;
  give(EdgeSession::TransportUp{});
  while (steps.more()) {
    switch (steps.byte() % 10) {
      case 0: {
        const ByteView frame = steps.block();
        give(EdgeSession::FrameReceived{frame});
        break;
      }
      case 1: {  // a whole frame around invented bytes
        const auto type = static_cast<MessageType>(steps.byte() % 15);
        const Bytes frame = make_frame(type, 1, steps.block());
        give(EdgeSession::FrameReceived{frame});
        break;
      }
      case 2:
        now = now + Duration{steps.byte() * 500};
        give(EdgeSession::Timeout{});
        break;
      case 3: give(EdgeSession::Appended{}); break;
      case 4:
        if (asked) {
          asked = false;
          give(EdgeSession::BatchReady{std::nullopt});
        }
        break;
      case 5:
        if (welcomed && !resumed) {
          resumed = true;
          give(EdgeSession::Resume{{ResumePoint{testing::cast().epoch, {steps.byte() % 62U}, false}}});
        }
        break;
      case 6:
        if (asked && resumed) {
          const auto* wanted = out.empty() ? nullptr : std::get_if<EdgeSession::NeedBatch>(&out.back());
          asked = false;
          if (wanted != nullptr && wanted->from.after.value < 62)
            give(EdgeSession::BatchReady{testing::sample_push()});
          else
            give(EdgeSession::BatchReady{std::nullopt});
        }
        break;
      case 7:
        if (applying) {
          applying = false;
          give(EdgeSession::Applied{steps.byte() % 8 != 0});
        }
        break;
      case 8: give(EdgeSession::Stop{}); break;
      default: give(EdgeSession::TransportDown{}); break;
    }
    if (session.is_closed()) return;
  }
}

void office(Steps steps) {
  OfficeSession session(kHashes);
  BootTime now{1'000'000};
  std::vector<OfficeSession::Output> out;
  std::size_t ingesting = 0, ingesting_most = 0;
  bool reading = false, looking = false, enrolling = false;
  const auto give = [&](const OfficeSession::Input& input) {
    out.clear();
    session.handle(input, now);
    drain(session, out, true);
    for (const auto& one : out) {
      if (const auto* ingest = std::get_if<OfficeSession::Ingest>(&one)) {
        FUZZ_CHECK(!ingest->records.empty());
        ingesting_most = std::max(ingesting_most, ++ingesting);
      }
      reading = reading || std::holds_alternative<OfficeSession::ReadBuckets>(one);
      looking = looking || std::holds_alternative<OfficeSession::LookUp>(one);
      enrolling = enrolling || std::holds_alternative<OfficeSession::TryEnrol>(one);
    }
    FUZZ_CHECK(ingesting <= 8);
  };
  give(OfficeSession::Accepted{testing::cast().office, testing::cast().office_epoch, {}, {}, {}});
  while (steps.more()) {
    switch (steps.byte() % 10) {
      case 0: {
        const ByteView frame = steps.block();
        give(OfficeSession::FrameReceived{frame, {}});
        break;
      }
      case 1: {
        const auto type = static_cast<MessageType>(steps.byte() % 15);
        const Bytes frame = make_frame(type, 1, steps.block());
        give(OfficeSession::FrameReceived{frame, {}});
        break;
      }
      case 2:
        now = now + Duration{steps.byte() * 500};
        give(OfficeSession::Timeout{});
        break;
      case 3:
        if (looking) {
          looking = false;
          KnownDevice known;
          known.buckets = {bucket_for_everyone()};
          give(OfficeSession::LookedUp{steps.byte() % 8 == 0 ? std::nullopt : std::optional(known), {}});
        }
        break;
      case 4:
        if (ingesting > 0) {
          --ingesting;
          if (steps.byte() % 8 == 0)
            give(OfficeSession::Ingested{error(Code::kStorageFull, "full")});
          else
            give(OfficeSession::Ingested{testing::sample_ack()});
        }
        break;
      case 5:
        if (reading) {
          reading = false;
          if (steps.byte() % 2 == 0)
            give(OfficeSession::BucketsRead{{testing::sample_delta()},
                                            testing::sample_checkpoint().positions.items});
          else
            give(OfficeSession::BucketsRead{{}, {}});
        }
        break;
      case 6: give(OfficeSession::BucketsChanged{}); break;
      case 7:
        if (enrolling) {
          enrolling = false;
          give(OfficeSession::EnrolDone{HelloError{}});
        }
        break;
      case 8: give(OfficeSession::Stop{1}); break;
      default: give(OfficeSession::Revoked{}); break;
    }
    if (session.is_closed()) return;
  }
}

}  // namespace

/// The first byte says which side; then steps. Every signature is believed, so that what only a
/// peer with the right key can send is reached.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 60'000) return 0;
  const Steps steps(ByteView(data + 1, size - 1));
  if (data[0] % 2 == 0)
    edge(steps);
  else
    office(steps);
  return 0;
}
