/// Writes the first corpus from the same messages as the golden bytes:
/// huiyin_fuzz_seeds tests/fuzz/corpus. What the fuzzer finds is added by hand, minimised.

#include <filesystem>
#include <fstream>
#include <iostream>

#include "protocol/payloads.hpp"
#include "tests/protocol/samples.hpp"

using namespace huiyin;
using namespace huiyin::protocol;
using namespace huiyin::protocol::testing;

namespace {

void write(const std::filesystem::path& path, ByteView bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// A step that hands the session one whole frame.
void frame_step(Bytes& steps, const Bytes& frame) {
  steps.push_back(0);
  steps.push_back(static_cast<std::uint8_t>(frame.size()));
  steps.push_back(static_cast<std::uint8_t>(frame.size() >> 8U));
  append(steps, frame);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "huiyin_fuzz_seeds FOLDER\n";
    return 2;
  }
  const std::filesystem::path corpus = arguments[1];
  std::uint8_t kind = 0;
  for (const Bytes& frame : sample_frames()) {
    const std::string name = message_name(frame[3]);
    write(corpus / "envelope" / name, frame);
    if (frame[3] == static_cast<std::uint8_t>(MessageType::kHelloError)) continue;
    Bytes body{kind++};
    append(body, ByteView(frame).subspan(kEnvelopeBytes));
    write(corpus / "messages" / name, body);
  }
  const auto value = [&](const std::string& name, const Bytes& bytes) {
    Bytes input{kind++};
    append(input, bytes);
    write(corpus / "messages" / name, input);
  };
  value("EpochOpen", wire_bytes(sample_epoch_open()));
  value("FeedbackRouting", wire_bytes(sample_routing()));
  value("FeedbackText", wire_bytes(sample_text()));
  value("Rating", wire_bytes(sample_rating()));
  value("ReplyBody", wire_bytes(sample_reply_body()));
  value("ReplyEntry", wire_bytes(sample_reply_entry()));
  value("KeyRing", wire_bytes(sample_ring()));
  value("AckBody", wire_bytes(sample_ack().body));
  value("TimeAnchor", wire_bytes(TimeAnchor{1, cast().boot, 2}));
  value("RecordBatch", wire_bytes(sample_batch()));
  value("BucketEntry", wire_bytes(sample_delta().entries.items[0]));
  write(corpus / "batch" / "three_records", wire_bytes(sample_batch()));

  Bytes edge{0};
  frame_step(edge, encode(sample_challenge()));
  frame_step(edge, encode(sample_welcome()));
  append(edge, Bytes{5, 0, 6, 3, 4});  // resume, a batch, appended, nothing more
  frame_step(edge, encode(sample_ack()));
  frame_step(edge, encode(sample_delta()));
  frame_step(edge, encode(sample_checkpoint()));
  append(edge, Bytes{7, 1, 2, 60});  // applied, time passes
  frame_step(edge, encode(sample_ping()));
  frame_step(edge, encode(sample_go_away()));
  write(corpus / "session" / "edge", edge);

  Bytes office{1};
  frame_step(office, encode(sample_hello()));
  append(office, Bytes{3, 1});  // looked up
  frame_step(office, encode(sample_push()));
  append(office, Bytes{4, 1});  // ingested
  frame_step(office, encode(sample_pull()));
  append(office, Bytes{6, 5, 0});  // changed, read
  frame_step(office, encode(sample_ping()));
  append(office, Bytes{2, 60, 8});
  write(corpus / "session" / "office", office);

  Bytes enrol{1};
  frame_step(enrol, encode(sample_enrol()));
  enrol.push_back(7);
  write(corpus / "session" / "enrol", enrol);
  return 0;
}
