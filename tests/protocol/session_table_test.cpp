/// Every pair of a session's state and a message type, by trying it: legal, or answered by a
/// close. The tables in PROTOCOL.md are compared with what the sessions really do.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/protocol/session_pair.hpp"

namespace huiyin::protocol::testing {
namespace {

constexpr BootTime kNow{5'000'000};

struct Outcome {
  bool closed = false;
  bool misplaced = false;  ///< closed because the message does not belong there
  std::size_t outputs = 0;
};

/// A checkpoint over no deltas at all, which a live session takes at any time.
Checkpoint empty_checkpoint() {
  Checkpoint checkpoint = sample_checkpoint();
  checkpoint.checksum = hashes().blake2b({});
  return checkpoint;
}

/// The 13 messages as sent by a peer that does everything right, and one of an unknown type.
std::vector<Bytes> messages() {
  std::vector<Bytes> frames = sample_frames();
  frames[10] = encode(empty_checkpoint());
  frames.push_back(make_frame(MessageType{99}, 1, as_bytes("from the future")));
  return frames;
}

template <class Session>
Outcome drained(Session& session) {
  Outcome outcome;
  while (auto one = session.poll()) {
    ++outcome.outputs;
    if (const auto* close = std::get_if<typename Session::Close>(&*one)) {
      outcome.closed = true;
      outcome.misplaced = close->reason.find("came where it does not belong") != std::string::npos;
    }
  }
  EXPECT_EQ(outcome.closed, session.is_closed());
  return outcome;
}

template <class Session>
void feed(Session& session, const typename Session::Input& input) {
  session.handle(input, kNow);
  while (session.poll()) {
  }
}

enum class EdgeState {
  kConnecting,
  kAwaitChallenge,
  kAwaitWelcome,
  kAwaitEnrolResult,
  kLive,
  kClosed,
  kCount
};
constexpr const char* kEdgeStates[] = {"connecting", "await Challenge", "await Welcome", "await EnrolResult",
                                       "live"};

Outcome at_edge(EdgeState state, const Bytes& frame) {
  ToyJournal journal;
  const EnrolWish wish{id_named<CodeId>("code"), id_named<Hash>("code key")};
  EdgeSession session = state == EdgeState::kAwaitEnrolResult
                            ? EdgeSession(hashes(), cast().device, wish)
                            : EdgeSession(hashes(), cast().device, journal.identity());
  const Bytes challenge = encode(sample_challenge());
  const Bytes welcome = encode(sample_welcome());
  if (state != EdgeState::kConnecting)
    feed<EdgeSession>(session, EdgeSession::TransportUp{cast().exporter, cast().device_nonce});
  if (state != EdgeState::kConnecting && state != EdgeState::kAwaitChallenge)
    feed<EdgeSession>(session, EdgeSession::FrameReceived{challenge});
  if (state == EdgeState::kLive || state == EdgeState::kClosed)
    feed<EdgeSession>(session, EdgeSession::FrameReceived{welcome});
  if (state == EdgeState::kClosed) {
    feed<EdgeSession>(session, EdgeSession::TransportDown{});
    session.handle(EdgeSession::FrameReceived{frame}, kNow);
    EXPECT_FALSE(session.poll().has_value());
    return {};
  }
  session.handle(EdgeSession::FrameReceived{frame}, kNow);
  return drained(session);
}

enum class OfficeState { kNew, kAwaitHello, kLookingUp, kEnrolling, kLive, kClosed, kCount };
constexpr const char* kOfficeStates[] = {"new", "await Hello", "looking up", "enrolling", "live"};

Outcome at_office(OfficeState state, const Bytes& frame) {
  OfficeSession session(hashes());
  const Bytes hello = encode(sample_hello());
  const Bytes enrol = encode(sample_enrol());
  if (state != OfficeState::kNew)
    feed<OfficeSession>(session, OfficeSession::Accepted{cast().office, cast().office_epoch,
                                                         cast().office_nonce, cast().exporter, cast().now});
  if (state == OfficeState::kEnrolling)
    feed<OfficeSession>(session, OfficeSession::FrameReceived{enrol, cast().now});
  if (state == OfficeState::kLookingUp || state == OfficeState::kLive || state == OfficeState::kClosed)
    feed<OfficeSession>(session, OfficeSession::FrameReceived{hello, cast().now});
  if (state == OfficeState::kLive || state == OfficeState::kClosed) {
    KnownDevice known;
    known.key = cast().device.public_key();
    feed<OfficeSession>(session, OfficeSession::LookedUp{known, cast().now});
    EXPECT_TRUE(session.is_live());
  }
  if (state == OfficeState::kClosed) {
    feed<OfficeSession>(session, OfficeSession::TransportDown{});
    session.handle(OfficeSession::FrameReceived{frame, cast().now}, kNow);
    EXPECT_FALSE(session.poll().has_value());
    return {};
  }
  session.handle(OfficeSession::FrameReceived{frame, cast().now}, kNow);
  return drained(session);
}

/// "taken", "closes" (a message that ends the session rightly), or "refused".
std::string word(const Outcome& outcome) {
  if (outcome.misplaced) return "refused";
  return outcome.closed ? "closes" : "taken";
}

template <class State>
std::string table(const char* title, const char* const* states, Outcome (*at)(State, const Bytes&)) {
  std::string text = std::string("| ") + title + " |";
  for (int state = 0; state < 5; ++state) text += std::string(" ") + states[state] + " |";
  text += "\n|---|---|---|---|---|---|\n";
  for (const Bytes& frame : messages()) {
    text += "| " + (frame[3] == 99 ? std::string("unknown type") : message_name(frame[3])) + " |";
    for (int state = 0; state < 5; ++state) text += " " + word(at(static_cast<State>(state), frame)) + " |";
    text += "\n";
  }
  return text;
}

std::string edge_table() { return table<EdgeState>("device receives", kEdgeStates, at_edge); }
std::string office_table() { return table<OfficeState>("office receives", kOfficeStates, at_office); }

TEST(SessionTable, Every_state_and_message_is_legal_or_answered_by_a_close) {
  // `taken` must be exactly what PROTOCOL.md promises; written out here so that a change is a decision.
  EXPECT_EQ(edge_table(),
            "| device receives | connecting | await Challenge | await Welcome | await EnrolResult | live |\n"
            "|---|---|---|---|---|---|\n"
            "| HelloError | closes | closes | closes | closes | closes |\n"
            "| Challenge | refused | taken | refused | refused | refused |\n"
            "| Hello | refused | refused | refused | refused | refused |\n"
            "| Welcome | refused | refused | taken | refused | refused |\n"
            "| Enrol | refused | refused | refused | refused | refused |\n"
            "| EnrolResult | refused | refused | refused | closes | refused |\n"
            "| Push | refused | refused | refused | refused | refused |\n"
            "| Ack | refused | refused | refused | refused | taken |\n"
            "| Pull | refused | refused | refused | refused | refused |\n"
            "| Delta | refused | refused | refused | refused | taken |\n"
            "| Checkpoint | refused | refused | refused | refused | taken |\n"
            "| Ping | refused | refused | refused | refused | taken |\n"
            "| GoAway | closes | closes | closes | closes | closes |\n"
            "| unknown type | refused | refused | refused | refused | refused |\n");
  EXPECT_EQ(office_table(),
            "| office receives | new | await Hello | looking up | enrolling | live |\n"
            "|---|---|---|---|---|---|\n"
            "| HelloError | refused | refused | refused | refused | refused |\n"
            "| Challenge | refused | refused | refused | refused | refused |\n"
            "| Hello | refused | taken | refused | refused | refused |\n"
            "| Welcome | refused | refused | refused | refused | refused |\n"
            "| Enrol | refused | taken | refused | refused | refused |\n"
            "| EnrolResult | refused | refused | refused | refused | refused |\n"
            "| Push | refused | refused | refused | refused | taken |\n"
            "| Ack | refused | refused | refused | refused | refused |\n"
            "| Pull | refused | refused | refused | refused | taken |\n"
            "| Delta | refused | refused | refused | refused | refused |\n"
            "| Checkpoint | refused | refused | refused | refused | refused |\n"
            "| Ping | refused | refused | refused | refused | taken |\n"
            "| GoAway | closes | closes | closes | closes | closes |\n"
            "| unknown type | refused | refused | refused | refused | refused |\n");
}

TEST(SessionTable, Stands_in_PROTOCOL_md_as_it_is) {
  std::ifstream file(std::string(HUIYIN_SOURCE_DIR) + "/protocol/PROTOCOL.md");
  ASSERT_TRUE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_NE(text.str().find(edge_table()), std::string::npos) << edge_table();
  EXPECT_NE(text.str().find(office_table()), std::string::npos) << office_table();
}

TEST(SessionTable, Closed_session_answers_nothing_at_all) {
  for (const Bytes& frame : messages()) {
    at_edge(EdgeState::kClosed, frame);
    at_office(OfficeState::kClosed, frame);
  }
}

TEST(SessionTable, Misplaced_or_unknown_message_that_is_ignorable_is_passed_over) {
  for (const std::uint8_t type : {std::uint8_t{99}, static_cast<std::uint8_t>(MessageType::kEnrol)}) {
    Bytes frame = make_frame(static_cast<MessageType>(type), 7, as_bytes("anything"));
    frame[5] = kFlagIgnorable;
    for (const EdgeState state : {EdgeState::kAwaitChallenge, EdgeState::kAwaitWelcome, EdgeState::kLive}) {
      const Outcome outcome = at_edge(state, frame);
      EXPECT_FALSE(outcome.closed);
      EXPECT_EQ(outcome.outputs, 0U);
    }
    for (const OfficeState state : {OfficeState::kLookingUp, OfficeState::kLive}) {
      const Outcome outcome = at_office(state, frame);
      EXPECT_FALSE(outcome.closed);
      EXPECT_EQ(outcome.outputs, 0U);
    }
  }
}

TEST(SessionTable, Unreadable_body_of_any_legal_message_closes) {
  for (const Bytes& good : messages()) {
    Bytes body = to_bytes(ByteView(good).subspan(kEnvelopeBytes));
    body.clear();
    const Bytes frame = make_frame(static_cast<MessageType>(good[3]), 1, body);
    for (int state = 0; state < 5; ++state) {
      EXPECT_TRUE(at_edge(static_cast<EdgeState>(state), frame).closed);
      EXPECT_TRUE(at_office(static_cast<OfficeState>(state), frame).closed);
    }
  }
}

}  // namespace
}  // namespace huiyin::protocol::testing
