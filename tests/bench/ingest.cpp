/// Durable records a second: devices push what they signed before over TLS to an office that is
/// its own process, and get signed acks; against LMDB alone at 1,000 records a commit, before and
/// after each round on the same disk.

#include <filesystem>

#include "tests/bench/daemon.hpp"
#include "tests/bench/devices.hpp"
#include "tests/bench/folders.hpp"
#include "tests/bench/parts.hpp"
#include "tests/bench/raw_lmdb.hpp"

namespace huiyin::bench {

namespace {
constexpr std::size_t kRawPerCommit = 1000;
constexpr double kMark = 0.3;

struct Round {
  double per_second = 0;
  double raw_per_second = 0;
  double ack_p50 = 0;
  double ack_p99 = 0;
  double server_cpu_s = 0;
  double busiest_thread_s = 0;
  double second_thread_s = 0;
  double generator_cpu_s = 0;
  double wire_bytes = 0;
  std::uint64_t errors = 0;
};

std::vector<DeviceCorpus> make_devices(const OfficeFolder& office, std::size_t devices, std::size_t records) {
  std::vector<DeviceCorpus> made;
  for (std::size_t i = 0; i < devices; ++i)
    made.push_back(make_device(office.for_corpus, office.texts, 1000 + i, records / devices));
  return made;
}

Round run_round(const Places& places, const WorkFolder& work, const OfficeFolder& office,
                std::vector<DeviceCorpus>& devices, std::size_t records) {
  // Each round begins with the same office that has heard nothing yet.
  OfficeFolder fresh = office;
  fresh.data = work.path("round");
  std::filesystem::copy(office.data, fresh.data, std::filesystem::copy_options::recursive);
  const std::uint64_t before_size = ledger_size(fresh);

  Round round;
  const double raw_before =
      raw_records_per_second(work.path("raw.mdb"), devices.size(), records, kRawPerCommit);
  LoadResult load;
  {
    Daemon server(places.server, server_arguments(fresh), work.path("server.log"));
    const LoadTarget target{port_in(server.ready_line(), "devices="), fresh.pin, fresh.ring.office,
                            fresh.ring.ack};
    Daemon::Cpu cpu_before;
    Daemon::Cpu cpu_after;
    double own_before = 0;
    double own_after = 0;
    load = push_all(
        target, devices,
        [&] {
          cpu_before = server.cpu();
          own_before = own_cpu_s();
        },
        [&] {
          cpu_after = server.cpu();
          own_after = own_cpu_s();
        });
    std::vector<double> threads;
    for (std::size_t i = 0; i < cpu_after.threads_s.size(); ++i)
      threads.push_back(cpu_after.threads_s[i] -
                        (i < cpu_before.threads_s.size() ? cpu_before.threads_s[i] : 0));
    std::sort(threads.rbegin(), threads.rend());
    round.server_cpu_s = cpu_after.total_s - cpu_before.total_s;
    round.busiest_thread_s = threads.empty() ? 0 : threads[0];
    round.second_thread_s = threads.size() < 2 ? 0 : threads[1];
    round.generator_cpu_s = own_after - own_before;
    if (!server.stop()) give_up("the office did not end well; see its log");
  }
  const double raw_after =
      raw_records_per_second(work.path("raw.mdb"), devices.size(), records, kRawPerCommit);
  // The office may add acts of its own (presence is none); every record must be there.
  const std::uint64_t came = ledger_size(fresh) - before_size;
  round.errors =
      load.errors + (load.acknowledged == records ? 0 : 1) + (came >= records ? 0 : records - came);
  for (const std::string& words : load.error_words) std::fprintf(stderr, "ingest: %s\n", words.c_str());
  std::filesystem::remove_all(fresh.data);

  const double per_100k = 100'000.0 / static_cast<double>(records);
  round.per_second = static_cast<double>(records) / load.seconds;
  round.raw_per_second = (raw_before + raw_after) / 2;
  round.ack_p50 = percentile(load.ack_ms, 0.5);
  round.ack_p99 = percentile(load.ack_ms, 0.99);
  round.server_cpu_s *= per_100k;
  round.busiest_thread_s *= per_100k;
  round.second_thread_s *= per_100k;
  round.generator_cpu_s *= per_100k;
  round.wire_bytes = static_cast<double>(load.wire_bytes_up) / static_cast<double>(records);
  return round;
}

template <class Field>
double middle(const std::vector<Round>& rounds, Field Round::*field) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(static_cast<double>(round.*field));
  return median(values);
}

Json run_rounds(const Places& places, std::size_t devices_count, std::size_t records,
                std::size_t rounds_count) {
  const WorkFolder work(places.work);
  const OfficeFolder office = make_office(work.path("template"), places.rules);
  const std::size_t whole = records / devices_count * devices_count;
  std::vector<DeviceCorpus> devices = make_devices(office, devices_count, whole);
  std::vector<PublicKey> keys;
  for (const DeviceCorpus& device : devices) keys.push_back(device.key.public_key());
  enrol_devices(office, keys);

  std::vector<Round> rounds;
  std::vector<double> ratios;
  std::uint64_t errors = 0;
  for (std::size_t i = 0; i < rounds_count; ++i) {
    rounds.push_back(run_round(places, work, office, devices, whole));
    ratios.push_back(rounds.back().per_second / rounds.back().raw_per_second);
    errors += rounds.back().errors;
  }
  Json json;
  json["ratio_to_raw"] = rounded(median(ratios));
  json["records_per_second"] = std::round(middle(rounds, &Round::per_second));
  json["raw_records_per_second"] = std::round(middle(rounds, &Round::raw_per_second));
  json["ack_ms_p50"] = rounded(middle(rounds, &Round::ack_p50));
  json["ack_ms_p99"] = rounded(middle(rounds, &Round::ack_p99));
  json["server_cpu_s_per_100k"] = rounded(middle(rounds, &Round::server_cpu_s));
  json["server_busiest_thread_s_per_100k"] = rounded(middle(rounds, &Round::busiest_thread_s));
  json["server_second_thread_s_per_100k"] = rounded(middle(rounds, &Round::second_thread_s));
  json["generator_cpu_s_per_100k"] = rounded(middle(rounds, &Round::generator_cpu_s));
  json["push_bytes_per_record"] = rounded(middle(rounds, &Round::wire_bytes));
  json["records"] = whole;
  json["devices"] = devices_count;
  json["rounds"] = rounds_count;
  json["errors"] = errors;
  std::printf(
      "ingest  %zu device%s: %.2f of raw (%.0f of %.0f records/s), ack p50 %.1f ms p99 %.1f ms, server %.2f "
      "s CPU per 100,000, %llu errors\n",
      devices_count, devices_count == 1 ? "" : "s", median(ratios), middle(rounds, &Round::per_second),
      middle(rounds, &Round::raw_per_second), middle(rounds, &Round::ack_p50),
      middle(rounds, &Round::ack_p99), middle(rounds, &Round::server_cpu_s),
      static_cast<unsigned long long>(errors));
  std::fflush(stdout);
  return json;
}
}  // namespace

Json measure_ingest(const Places& places, const IngestWish& wish) {
  const Json alone = run_rounds(places, 1, wish.records_alone, wish.rounds);
  const Json many = run_rounds(places, wish.devices, wish.records, wish.rounds);
  Json json;
  json["ratio_to_raw_1"] = alone["ratio_to_raw"];
  json["ratio_to_raw_" + std::to_string(wish.devices)] = many["ratio_to_raw"];
  json["records_per_second"] = many["records_per_second"];
  json["errors"] = alone["errors"].get<std::uint64_t>() + many["errors"].get<std::uint64_t>();
  json["mark"] = kMark;
  json["mark_met"] = many["ratio_to_raw"].get<double>() >= kMark;
  json["one_device"] = alone;
  json["many_devices"] = many;
  return json;
}

}  // namespace huiyin::bench
