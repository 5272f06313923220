#include "tests/sim/world.hpp"

#include <algorithm>
#include <deque>

namespace huiyin::sim {

using protocol::EdgeSession;
using protocol::OfficeSession;

namespace {
constexpr std::uint64_t kHealEventsMax = 30'000;
constexpr std::size_t kKiosksMax = 5;

List<protocol::EpochPosition, 64> positions_or_none(log::Journal& journal) {
  auto positions = journal.positions();
  return positions.ok() ? std::move(*positions) : List<protocol::EpochPosition, 64>{};
}
}  // namespace

World::World(std::uint64_t seed, const Bugs& bugs)
    : seed_(seed), prng_(seed), bugs_(bugs), office_(prng_.next(), bugs) {
  // A quarter of the dangers stays away in each run, so that the others meet undisturbed.
  const auto odds = [this](std::uint64_t most) { return prng_.chance(1, 4) ? 0 : prng_.below(most + 1); };
  odds_ = {odds(80), odds(30), odds(30), odds(25), odds(8), odds(25),
           odds(45), odds(40), odds(15), odds(20), odds(20)};
  delay_max_ = prng_.between(5, 3000);
  chaos_left_ = 40 + prng_.below(120);
  const std::size_t kiosks = 1 + (prng_.chance(1, 3) ? prng_.below(3) : 0);
  for (std::size_t i = 0; i < kiosks; ++i) {
    keys_.emplace_back("kiosk " + std::to_string(i));
    auto kiosk = std::make_unique<Kiosk>();
    kiosk->name = i;
    kiosk->prng = prng_.split();
    kiosk->boot = BootId::prefix(kiosk->prng.bytes(16));
    kiosks_.push_back(std::move(kiosk));
    office_.devices[device_of(*kiosks_.back())] = keys_.back().public_key();
  }
}

Outcome World::run() {
  for (std::size_t i = 0; i < kiosks_.size(); ++i) start(i);
  scheduler_.after(0, [this] { chaos_step(); });
  while (outcome_.failure.empty() && chaos_left_ > 0 && scheduler_.step()) ++outcome_.events;
  if (outcome_.failure.empty()) heal();
  std::uint64_t left = kHealEventsMax;
  while (outcome_.failure.empty() && !at_rest()) {
    for (int i = 0; i < 40 && outcome_.failure.empty() && left > 0; ++i, --left) {
      scheduler_.step();
      ++outcome_.events;
    }
    if (left == 0) fail("no rest after " + std::to_string(kHealEventsMax) + " events without a fault");
  }
  if (outcome_.failure.empty()) judge_end();
  outcome_.records = appended_.size();
  return outcome_;
}

void World::trace(std::uint64_t what, std::uint64_t detail) {
  for (const std::uint64_t part : {static_cast<std::uint64_t>(scheduler_.now()), what, detail})
    outcome_.trace = (outcome_.trace ^ part) * 0x100000001b3ULL + 0x9e3779b97f4a7c15ULL;
}

void World::fail(std::string text) {
  if (outcome_.failure.empty())
    outcome_.failure = std::move(text) + " at " + std::to_string(scheduler_.now()) + " ms";
}

std::int64_t World::delay() {
  return 1 + static_cast<std::int64_t>(prng_.below(static_cast<std::uint64_t>(healed_ ? 20 : delay_max_)));
}

log::ClockReading World::clock_of(const Kiosk& kiosk) const {
  return {kiosk.boot, {scheduler_.now() - kiosk.booted_at}, {office_now().ms + kiosk.wall_offset}};
}

World::Link* World::find(std::uint64_t link) {
  const auto found = links_.find(link);
  return found == links_.end() ? nullptr : found->second.get();
}

// --- chaos

void World::chaos_step() {
  if (healed_) return;
  --chaos_left_;
  const std::size_t who = prng_.below(kiosks_.size());
  Kiosk& kiosk = *kiosks_[who];
  std::uint64_t draw = prng_.below(1000);
  const auto happens = [&](std::uint64_t odds) {
    if (draw < odds) return true;
    draw -= odds;
    return false;
  };
  if (happens(odds_.cut)) {
    cut(kiosk.link);
  } else if (happens(odds_.kill)) {
    stop(who);
    scheduler_.after(delay(), [this, who] { start(who); });
  } else if (happens(odds_.reboot)) {
    stop(who);
    kiosk.boot = BootId::prefix(kiosk.prng.bytes(16));
    kiosk.booted_at = scheduler_.now();
    scheduler_.after(delay(), [this, who] { start(who); });
  } else if (happens(odds_.roll_back)) {
    if (kiosk.snapshot) {
      stop(who);
      kiosk.disk = kiosk.snapshot->copy();
      ++outcome_.roll_backs;
      if (prng_.chance(1, 2)) kiosk.boot = BootId::prefix(kiosk.prng.bytes(16));
      scheduler_.after(delay(), [this, who] { start(who); });
    } else {
      kiosk.snapshot = kiosk.disk->copy();
    }
  } else if (happens(odds_.clone) && kiosks_.size() < kKiosksMax) {
    auto clone = std::make_unique<Kiosk>();
    clone->name = kiosk.name;
    clone->prng = prng_.split();
    clone->disk = kiosk.disk->copy();
    clone->booted_at = kiosk.booted_at;
    clone->boot = prng_.chance(1, 2) ? kiosk.boot : BootId::prefix(clone->prng.bytes(16));
    kiosks_.push_back(std::move(clone));
    ++outcome_.clones;
    start(kiosks_.size() - 1);
  } else if (happens(odds_.office_kill)) {
    kill_office(false);
  } else if (happens(odds_.office_restore)) {
    if (prng_.chance(1, 2)) {
      kill_office(true);
    } else {
      office_.take_backup();
    }
  } else if (happens(odds_.disk_fault)) {
    (prng_.chance(1, 2) ? *kiosk.disk : *office_.disk)
        .fail_nth(1 + prng_.below(30), prng_.chance(1, 2) ? Code::kStorage : Code::kStorageFull);
  } else if (happens(odds_.erase)) {
    if (office_up_) trace(1, office_.erase_one().ok() ? 1 : 0);
  } else if (happens(odds_.clock_jump)) {
    kiosk.wall_offset = prng_.between(-20'000, 20'000) * kMsPerDay;
  } else if (happens(odds_.unplug)) {
    kiosk.plugged = !kiosk.plugged;
    if (!kiosk.plugged) cut(kiosk.link);
  } else if (draw % 8 == 0) {
    publish();
  } else {
    const std::uint64_t records =
        prng_.chance(1, 100) ? 140 : 1 + prng_.below(2);  // now and then more than a batch
    for (std::uint64_t i = 0; i < records; ++i) append(who);
  }
  scheduler_.after(static_cast<std::int64_t>(prng_.below(4000)), [this] { chaos_step(); });
}

void World::append(std::size_t who) {
  Kiosk& kiosk = *kiosks_[who];
  if (!kiosk.journal) return;
  log::Capture capture;
  capture.type = protocol::record_type::kSurveyResponse;
  const Bytes clear = kiosk.prng.bytes(1 + kiosk.prng.below(60));
  capture.payload = [&](const protocol::RecordHeader&) -> Result<Bytes> {
    return protocol::make_payload(clear, {});
  };
  const auto saved = kiosk.journal->append(capture, clock_of(kiosk));
  trace(2, saved.ok() ? saved->seq.value : 0);
  if (!saved.ok()) return;
  appended_.insert(saved->hash);
  if (kiosk.link != 0) edge_input(kiosk.link, EdgeSession::Appended{});
}

void World::publish() {
  if (!office_up_) return;
  const std::size_t who = prng_.below(kiosks_.size());
  const protocol::Bucket buckets[] = {protocol::bucket_for_everyone(), protocol::bucket_for_area({1}),
                                      protocol::bucket_for_device(device_of(*kiosks_[who]))};
  const protocol::Bucket& bucket = buckets[prng_.below(3)];
  protocol::ReplyEntry reply;
  // A tag belongs to one bucket: a receipt has one reply zone.
  reply.tag = ReceiptTag::prefix(
      hashes()
          .blake2b({protocol::bucket_key(bucket), Bytes{static_cast<std::uint8_t>(prng_.below(4))}})
          .view());
  reply.version = ++versions_;
  reply.sealed.value = prng_.bytes(20);
  const Status published = office_.publish(bucket, reply);
  trace(3, published.ok() ? versions_ : 0);
  if (!published.ok()) return;
  std::vector<std::uint64_t> open;
  for (const auto& [id, link] : links_) open.push_back(id);
  for (const std::uint64_t id : open) office_input(id, OfficeSession::BucketsChanged{});
}

// --- machines

void World::start(std::size_t who) {
  Kiosk& kiosk = *kiosks_[who];
  if (kiosk.journal) return;
  Kiosk* const machine = kiosks_[who].get();
  auto opened = log::Journal::open({*kiosk.disk, hashes(), key_of(kiosk), office_.id, AreaId{1},
                                    [machine](std::span<std::uint8_t> out) {
                                      const Bytes drawn = machine->prng.bytes(out.size());
                                      std::copy(drawn.begin(), drawn.end(), out.begin());
                                    }},
                                   clock_of(kiosk));
  trace(4, opened.ok() ? opened->last().value : 0);
  if (!opened.ok()) {
    if (opened.error().code == Code::kDamaged)
      return fail("a disk that nobody damaged: " + opened.error().text());
    scheduler_.after(1000, [this, who] { start(who); });
    return;
  }
  kiosk.journal.emplace(std::move(*opened));
  kiosk.downlink.emplace(*kiosk.disk, hashes(), key_ring(office_));
  connect(who);
}

void World::stop(std::size_t who) {
  Kiosk& kiosk = *kiosks_[who];
  const std::uint64_t id = kiosk.link;
  kiosk.journal.reset();
  kiosk.downlink.reset();
  kiosk.link = 0;
  Link* const link = find(id);
  if (link == nullptr) return;
  link->edge.reset();
  if (link->wire && prng_.chance(3, 4)) {
    scheduler_.after(delay(), [this, id] { office_input(id, OfficeSession::TransportDown{}); });
  } else {
    link->wire = false;  // the office must find out by itself
  }
}

void World::connect(std::size_t who) {
  Kiosk& kiosk = *kiosks_[who];
  if (!kiosk.journal || kiosk.link != 0) return;
  const auto buckets = kiosk.downlink->positions();
  const auto known = kiosk.journal->known_office_epoch();
  const auto counts = kiosk.journal->counts();
  if (!office_up_ || !kiosk.plugged || !buckets.ok() || !known.ok() || !counts.ok())
    return reconnect_later(who);
  protocol::EdgeIdentity identity;
  identity.office = office_.id;
  identity.ack_key = office_.ack_key.public_key();
  identity.device = device_of(kiosk);
  identity.epochs = positions_or_none(*kiosk.journal);
  if (identity.epochs.items.empty()) return reconnect_later(who);  // its disk failed just now
  identity.boot = kiosk.boot;
  identity.wall_time = clock_of(kiosk).wall_time;
  identity.known_office_epoch = *known;
  identity.unsent = counts->unsent();
  identity.buckets = *buckets;
  const std::uint64_t id = next_link_++;
  auto link = std::make_unique<Link>();
  link->kiosk = who;
  link->edge.emplace(hashes(), key_of(kiosk), std::move(identity));
  link->office.emplace(hashes());
  links_[id] = std::move(link);
  kiosk.link = id;
  edge_input(id, EdgeSession::TransportUp{{}, Nonce::prefix(kiosk.prng.bytes(32))});
  scheduler_.after(delay(), [this, id, life = office_life_] {
    if (life == office_life_ && office_up_)
      office_input(id, OfficeSession::Accepted{
                           office_.id, office_.epoch, Nonce::prefix(prng_.bytes(32)), {}, office_now()});
  });
}

void World::reconnect_later(std::size_t who) {
  scheduler_.after(500 + static_cast<std::int64_t>(prng_.below(2000)), [this, who] { connect(who); });
}

void World::cut(std::uint64_t id) {
  Link* const link = find(id);
  if (link == nullptr || !link->wire) return;
  link->wire = false;
  // Half of the time nobody is told: both sides find out by their own clocks.
  if (prng_.chance(1, 2)) return;
  scheduler_.after(delay(), [this, id] { edge_input(id, EdgeSession::TransportDown{}); });
  scheduler_.after(delay(), [this, id] { office_input(id, OfficeSession::TransportDown{}); });
}

void World::kill_office(bool restore) {
  if (!office_up_) return;
  office_up_ = false;
  ++office_life_;
  std::vector<std::uint64_t> open;
  for (const auto& [id, link] : links_) open.push_back(id);
  for (const std::uint64_t id : open) {
    links_[id]->office.reset();
    if (!links_[id]->edge) {
      links_.erase(id);
      continue;
    }
    scheduler_.after(delay(), [this, id] { edge_input(id, EdgeSession::TransportDown{}); });
  }
  if (restore && office_.restore()) ++outcome_.restores;
  scheduler_.after(delay() * 3, [this] { office_up_ = true; });
}

void World::heal() {
  healed_ = true;
  office_.disk->fail_nth(0);
  for (std::size_t i = 0; i < kiosks_.size(); ++i) {
    kiosks_[i]->disk->fail_nth(0);
    kiosks_[i]->plugged = true;
    start(i);
  }
  // A voice in every kiosk, so that a silent stall shows.
  for (std::size_t i = 0; i < kiosks_.size(); ++i) append(i);
}

// --- what travels

void World::send(std::uint64_t id, bool to_office, Bytes frame) {
  Link* const link = find(id);
  if (link == nullptr || !link->wire) return;
  std::int64_t& due = to_office ? link->up_due : link->down_due;
  due = std::max(due, scheduler_.now() + delay());
  // A cable that goes in the middle of a frame: what arrives is its beginning, then nothing.
  const bool torn = !healed_ && prng_.chance(odds_.cut, 20'000);
  if (torn) frame.resize(prng_.below(frame.size()));
  scheduler_.at(due, [this, id, to_office, torn, frame = std::move(frame)] {
    Link* const at = find(id);
    if (at == nullptr || !at->wire) return;
    if (torn) at->wire = false;
    trace(to_office ? 5 : 6, frame.size());
    if (to_office) {
      office_input(id, OfficeSession::FrameReceived{frame, office_now()});
    } else {
      edge_input(id, EdgeSession::FrameReceived{frame});
    }
  });
}

void World::edge_input(std::uint64_t id, const EdgeSession::Input& first) {
  Link* link = find(id);
  if (link == nullptr || !link->edge) return;
  const Kiosk& kiosk = *kiosks_[link->kiosk];
  const auto now = [&] { return BootTime{scheduler_.now() - kiosk.booted_at}; };
  std::deque<EdgeSession::Input> inputs{first};
  while (!inputs.empty()) {
    link->edge->handle(inputs.front(), now());
    inputs.pop_front();
    while (auto output = link->edge->poll())
      if (auto answer = carry_out(id, *output)) inputs.push_back(std::move(*answer));
  }
  if (link->edge->is_closed()) return edge_closed(id);
  const auto due = link->edge->deadline();
  const std::uint64_t timer = ++link->edge_timer;
  if (due)
    scheduler_.at(due->ms + kiosk.booted_at, [this, id, timer] {
      Link* const at = find(id);
      if (at != nullptr && at->edge && at->edge_timer == timer) edge_input(id, EdgeSession::Timeout{});
    });
}

/// What a daemon does for its session; the answer goes back in.
std::optional<EdgeSession::Input> World::carry_out(std::uint64_t id, EdgeSession::Output& output) {
  Kiosk& kiosk = *kiosks_[find(id)->kiosk];
  if (auto* frame = std::get_if<EdgeSession::SendFrame>(&output)) {
    send(id, true, std::move(frame->frame));
  } else if (const auto* need = std::get_if<EdgeSession::NeedBatch>(&output)) {
    auto push = kiosk.journal->next_batch(need->from);
    if (!push.ok()) return EdgeSession::Stop{};
    return EdgeSession::BatchReady{std::move(*push)};
  } else if (const auto* stored = std::get_if<EdgeSession::StoreAck>(&output)) {
    judge_ack(kiosk, stored->ack);
    if (!kiosk.journal->store_ack(stored->ack).ok()) return EdgeSession::Stop{};
  } else if (const auto* round = std::get_if<EdgeSession::Apply>(&output)) {
    const auto applied = kiosk.downlink->apply(round->deltas, round->checkpoint);
    trace(7, applied.ok() ? applied->replies + 1 : 0);
    return EdgeSession::Applied{applied.ok()};
  } else if (const auto* welcomed = std::get_if<EdgeSession::Welcomed>(&output)) {
    const protocol::Welcome& welcome = welcomed->welcome;
    if (!kiosk.journal->set_anchor(welcome.now, clock_of(kiosk), welcome.office_epoch).ok())
      return EdgeSession::Stop{};
    const std::uint64_t before = kiosk.journal->last().value;
    auto points = kiosk.journal->resume(welcome, clock_of(kiosk));
    if (kiosk.journal->last().value != before) trace(8, before);
    if (!points.ok()) return EdgeSession::Stop{};
    return EdgeSession::Resume{std::move(*points)};
  }
  return std::nullopt;
}

void World::edge_closed(std::uint64_t id) {
  Link* const link = find(id);
  const std::size_t who = link->kiosk;
  link->edge.reset();
  kiosks_[who]->link = 0;
  if (link->wire) scheduler_.after(delay(), [this, id] { office_input(id, OfficeSession::TransportDown{}); });
  if (!link->office) links_.erase(id);
  reconnect_later(who);
}

void World::office_input(std::uint64_t id, const OfficeSession::Input& input) {
  Link* const link = find(id);
  if (link == nullptr || !link->office) return;
  // A frame may arrive before its connection was accepted here; a real socket would hold it back.
  link->office->handle(input, office_boot_time());
  while (auto output = link->office->poll()) carry_out(id, *output);
  if (link->office->is_closed()) return office_closed(id);
  const auto due = link->office->deadline();
  const std::uint64_t timer = ++link->office_timer;
  if (due)
    scheduler_.at(due->ms, [this, id, timer] {
      Link* const at = find(id);
      if (at != nullptr && at->office && at->office_timer == timer)
        office_input(id, OfficeSession::Timeout{});
    });
}

void World::office_work(std::uint64_t id, std::function<void()> work) {
  Link* const link = find(id);
  link->work_due = std::max(link->work_due, scheduler_.now() + delay());
  scheduler_.at(link->work_due, [this, life = office_life_, work = std::move(work)] {
    if (life == office_life_) work();
  });
}

void World::carry_out(std::uint64_t id, OfficeSession::Output& output) {
  if (auto* frame = std::get_if<OfficeSession::SendFrame>(&output)) {
    send(id, false, std::move(frame->frame));
  } else if (const auto* look = std::get_if<OfficeSession::LookUp>(&output)) {
    office_work(id, [this, id, wanted = *look] {
      auto known = office_.look_up(wanted.device, wanted.epochs);
      if (!known.ok()) return office_input(id, OfficeSession::Stop{1});
      judge_positions(wanted.device, known->have);
      office_input(id, OfficeSession::LookedUp{std::move(*known), office_now()});
    });
  } else if (auto* work = std::get_if<OfficeSession::Ingest>(&output)) {
    ingest(id, std::move(*work));
  } else if (const auto* read = std::get_if<OfficeSession::ReadBuckets>(&output)) {
    office_work(id, [this, id, positions = read->positions] {
      auto found = office_.read_buckets(positions);
      if (!found.ok()) return office_input(id, OfficeSession::Stop{1});
      office_input(id, *found);
    });
  }
}

void World::ingest(std::uint64_t id, OfficeSession::Ingest work) {
  const Link* const link = find(id);
  log::IngestBatch batch{link->office->device(),  work.epoch,  work.previous,
                         std::move(work.records), work.anchor, work.signature};
  const auto answer = [this, id](const Result<protocol::Ack>& ack) {
    OfficeSession::Ingested done{ack.ok() ? std::variant<protocol::Ack, Error>(*ack)
                                          : std::variant<protocol::Ack, Error>(ack.error())};
    office_input(id, done);
  };
  if (bugs_.ack_before_commit) scheduler_.after(0, [answer, ack = office_.promise(batch)] { answer(ack); });
  office_work(id, [this, id, batch = std::move(batch), answer] {
    office_.time = office_now();
    auto ack = office_.ingest(batch);
    trace(9, ack.ok() ? ack->body.tree_size : 0);
    if (bugs_.ack_before_commit) return;
    // Between the commit and the answer the power may go, too.
    if (find(id) != nullptr) office_work(id, [answer, ack = std::move(ack)] { answer(ack); });
  });
}

void World::office_closed(std::uint64_t id) {
  Link* const link = find(id);
  link->office.reset();
  // What was sent before still arrives, then the end.
  if (link->wire)
    scheduler_.at(std::max(link->down_due, scheduler_.now()) + 1,
                  [this, id] { edge_input(id, EdgeSession::TransportDown{}); });
  if (!link->edge) links_.erase(id);
}

// --- the oracles

void World::judge_ack(Kiosk& kiosk, const protocol::Ack& ack) {
  if (!(ack.body.office_epoch == office_.epoch)) return;  // of before a restore: refilled by the end
  office_.disk->fail_nth(0);                              // the judge must be able to read
  for (const protocol::AckRun& run : ack.body.runs.items)
    for (std::uint64_t i = 0; i < run.count; ++i) {
      const auto ours = kiosk.journal->read({run.first.value + i});
      if (!ours.ok() || !(ours->header.epoch == ack.body.epoch)) continue;
      bool present = false;
      const Status status = office_.disk->read([&](StoreReader& reader) -> Status {
        const auto entry = log::ledger_entry(reader, {run.first_leaf.value + i});
        present = entry.ok() && entry->hash == ours->hash;
        return {};
      });
      if (!status.ok() || !present)
        return fail("record " + std::to_string(run.first.value + i) +
                    " was acknowledged and is not in the ledger");
    }
}

void World::judge_positions(const DeviceId& device, const List<protocol::EpochPosition, 64>& have) {
  for (const protocol::EpochPosition& position : have.items) {
    std::uint64_t& mark = marks_[{office_.epoch, device, position.epoch}];
    if (position.through.value < mark)
      fail("a position went back from " + std::to_string(mark) + " to " +
           std::to_string(position.through.value));
    mark = std::max(mark, position.through.value);
  }
}

bool World::at_rest() {
  for (const auto& each : kiosks_) {
    Kiosk& kiosk = *each;
    const Link* const link = find(kiosk.link);
    if (!kiosk.journal || link == nullptr || !link->edge || !link->edge->is_idle()) return false;
    if (kiosk.journal->counts()->unsent() != 0) return false;
    const auto positions = kiosk.downlink->positions();
    for (const protocol::Bucket& bucket : {protocol::bucket_for_everyone(), protocol::bucket_for_area({1}),
                                           protocol::bucket_for_device(device_of(kiosk))}) {
      const auto entries = office_.bucket(bucket);
      if (entries->empty()) continue;
      const bool there =
          std::any_of(positions->begin(), positions->end(), [&](const protocol::BucketPosition& position) {
            return position.bucket == bucket && position.office_epoch == office_.epoch &&
                   position.after == entries->back().offset;
          });
      if (!there) return false;
    }
  }
  return true;
}

void World::judge_end() {
  const auto counts = office_.record_counts();
  for (const auto& [hash, count] : counts)
    if (count != 1) return fail("a record is in the ledger " + std::to_string(count) + " times");
  const std::string complaint = office_.complaint();
  if (!complaint.empty()) fail("the office: " + complaint);
  for (const auto& kiosk : kiosks_) {
    judge_disk(*kiosk, counts);
    judge_downlink(*kiosk);
  }
}

void World::judge_disk(Kiosk& kiosk, const std::map<Hash, int>& counts) {
  const auto verified = log::Journal::verify(*kiosk.disk, hashes(), key_of(kiosk).public_key(), office_.id,
                                             [this](const std::string& text) { fail("a journal: " + text); });
  if (!verified.ok()) return fail("a journal: " + verified.error().text());
  for (std::uint64_t seq = 1; seq <= kiosk.journal->last().value; ++seq) {
    const auto record = kiosk.journal->read({seq});
    if (!record.ok()) return fail("a journal: " + record.error().text());
    if (!counts.contains(record->hash))
      return fail("record " + std::to_string(seq) + " of a kiosk never reached the ledger");
  }
  const auto totals = kiosk.journal->counts();
  if (totals->saved != verified->records || totals->acknowledged != totals->saved)
    fail("a kiosk's counts are wrong");
}

void World::judge_downlink(Kiosk& kiosk) {
  for (const protocol::Bucket& bucket : {protocol::bucket_for_everyone(), protocol::bucket_for_area({1}),
                                         protocol::bucket_for_device(device_of(kiosk))}) {
    std::map<ReceiptTag, protocol::ReplyEntry> newest;
    const auto entries = office_.bucket(bucket);
    for (const protocol::BucketEntry& entry : entries.value()) {
      const auto reply = protocol::wire_value<protocol::ReplyEntry>(entry.body.value, "reply");
      if (reply->version > newest[reply->tag].version) newest[reply->tag] = *reply;
    }
    for (const auto& [tag, reply] : newest) {
      const auto ours = kiosk.downlink->find_reply(tag);
      if (!ours.ok() || !*ours) return fail("a reply did not reach a kiosk");
      // A later version is one that the office said before it was restored: it stays readable.
      if ((*ours)->version < reply.version || ((*ours)->version == reply.version && !(**ours == reply)))
        return fail("a kiosk shows an older reply than the office gave");
    }
  }
}

}  // namespace huiyin::sim
