#include "kiosk/storage.hpp"

#include "shared/crypto/secret.hpp"

namespace huiyin::kiosk {

namespace {
/// One visitor at a time and one office: this many at once means that the disk hangs.
constexpr std::size_t kJobsMax = 256;
}  // namespace

Storage::Storage(Setup setup) : setup_(std::move(setup)), worker_(kJobsMax) {}

void Storage::stop() {
  worker_.stop();
  logs_.reset();
  setup_.store.reset();
}

void Storage::open(protocol::EnrolResult enrolled, std::function<Status()> before, Done<Settings> done) {
  post_job<Settings>(
      [this, enrolled = std::move(enrolled), before = std::move(before)]() -> Result<Settings> {
        if (!setup_.store) return error(Code::kDamaged, "the store is not open");
        HUIYIN_TRY(before());
        log::Downlink downlink(*setup_.store, setup_.hashes, enrolled.ring);
        HUIYIN_TRY(downlink.load_ring());
        const log::ClockReading now = setup_.clock.read();
        auto journal =
            log::Journal::open({*setup_.store, setup_.hashes, setup_.key, enrolled.office, enrolled.area,
                                [](std::span<std::uint8_t> out) { crypto::random_fill(out); }},
                               now);
        if (!journal.ok()) return journal.error();
        logs_.emplace(Logs{std::move(*journal), std::move(downlink)});
        return read_settings(logs_->downlink);
      },
      std::move(done));
}

void Storage::append(log::Capture capture, Done<log::Saved> done) {
  ask<log::Saved>([this, capture = std::move(capture)](
                      Logs& logs) { return logs.journal.append(capture, setup_.clock.read()); },
                  std::move(done));
}

Result<Facts> Storage::read_facts(Logs& logs) const {
  Facts facts;
  const auto counts = logs.journal.counts();
  if (!counts.ok()) return counts.error();
  const auto replies = logs.downlink.reply_count();
  if (!replies.ok()) return replies.error();
  const auto contact = logs.journal.last_contact();
  if (!contact.ok()) return contact.error();
  const auto disk = setup_.disk();
  if (!disk.ok()) return disk.error();
  return Facts{*counts, *replies, logs.journal.epoch(), *contact, *disk};
}

void Storage::facts(Done<Facts> done) {
  ask<Facts>([this](Logs& logs) { return read_facts(logs); }, std::move(done));
}

void Storage::settings(Done<Settings> done) {
  ask<Settings>([](Logs& logs) { return read_settings(logs.downlink); }, std::move(done));
}

Result<Settings> read_settings(log::Downlink& downlink) {
  Settings settings;
  settings.ring = downlink.ring();
  auto categories = downlink.categories();
  if (!categories.ok()) return categories.error();
  if (*categories) settings.categories = std::move(**categories);
  auto areas = downlink.areas();
  if (!areas.ok()) return areas.error();
  if (*areas) settings.areas = std::move(**areas);
  auto office = downlink.office_info();
  if (!office.ok()) return office.error();
  settings.office = std::move(*office);
  return settings;
}

}  // namespace huiyin::kiosk
