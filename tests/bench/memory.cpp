/// Anonymous memory of the real daemons: idle after their start, after records have passed from a
/// kiosk to its office, and what each idle connection costs the office.

#include <thread>

#include "shared/net/control_socket.hpp"
#include "tests/bench/daemon.hpp"
#include "tests/bench/devices.hpp"
#include "tests/bench/folders.hpp"
#include "tests/bench/parts.hpp"

namespace huiyin::bench {

namespace {
constexpr double kOfficeMarkMib = 64;
constexpr double kKioskMarkMib = 32;
constexpr double kConnectionMarkKib = 32;

std::uint64_t ledger_size_of_running(const OfficeFolder& office) {
  const auto answer =
      must(net::control_call(office.data + "/control.sock", R"({"command":"status"})", Duration{10'000}),
           "asking the office");
  return nlohmann::json::parse(answer)["ledger"]["size"].get<std::uint64_t>();
}

void wait_for_ledger(const OfficeFolder& office, std::uint64_t size) {
  for (int i = 0; i < 600; ++i) {
    if (ledger_size_of_running(office) >= size) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  give_up("the kiosk's records did not reach the office within a minute");
}

double mib(double kib) { return rounded(kib / 1024); }
}  // namespace

Json measure_memory(const Places& places, const MemoryWish& wish) {
  const WorkFolder work(places.work);
  const OfficeFolder office = make_office(work.path("office"), places.rules);
  const std::string idle_data = work.path("idle-kiosk");
  const std::string busy_data = work.path("busy-kiosk");
  std::vector<PublicKey> keys{make_kiosk(idle_data), make_kiosk(busy_data)};
  std::vector<DeviceCorpus> devices;
  for (std::size_t i = 0; i < wish.connections; ++i) {
    devices.push_back(make_device(office.for_corpus, office.texts, 5000 + i, 1));
    keys.push_back(devices.back().key.public_key());
  }
  enrol_devices(office, keys);

  Json json;
  Daemon server(places.server, server_arguments(office), work.path("server.log"));
  const std::uint16_t port = port_in(server.ready_line(), "devices=");
  json["office_idle_mib"] = mib(server.settled_rss_anon_kib());
  {
    Daemon unenrolled(places.kiosk, kiosk_arguments(work.path("new-kiosk")), work.path("kiosk.log"));
    json["kiosk_before_enrolment_mib"] = mib(unenrolled.settled_rss_anon_kib());
  }
  {
    fill_kiosk(idle_data, office, port, 0);
    Daemon idle(places.kiosk, kiosk_arguments(idle_data), work.path("kiosk.log"));
    json["kiosk_idle_mib"] = mib(idle.settled_rss_anon_kib());
  }
  {
    const std::uint64_t before = ledger_size_of_running(office);
    fill_kiosk(busy_data, office, port, wish.records);
    Daemon busy(places.kiosk, kiosk_arguments(busy_data), work.path("kiosk.log"));
    wait_for_ledger(office, before + wish.records);
    json["kiosk_after_records_mib"] = mib(busy.settled_rss_anon_kib());
    json["office_after_records_mib"] = mib(server.settled_rss_anon_kib());
  }
  const double without = server.settled_rss_anon_kib();
  double with = 0;
  connect_all({port, office.pin, office.ring.office, office.ring.ack}, devices,
              [&] { with = server.settled_rss_anon_kib(); });
  const double each = (with - without) / static_cast<double>(wish.connections);
  json["kib_per_idle_connection"] = rounded(each);
  json["connections"] = wish.connections;
  json["records"] = wish.records;
  const bool met = json["office_idle_mib"] <= kOfficeMarkMib &&
                   json["office_after_records_mib"] <= kOfficeMarkMib &&
                   json["kiosk_idle_mib"] <= kKioskMarkMib &&
                   json["kiosk_after_records_mib"] <= kKioskMarkMib && each <= kConnectionMarkKib;
  json["mark_met"] = met;
  std::printf(
      "memory  office %.1f MiB idle, %.1f after %zu records (mark 64); kiosk %.1f and %.1f (mark 32); %.1f "
      "KiB an idle connection (mark 32): %s\n",
      json["office_idle_mib"].get<double>(), json["office_after_records_mib"].get<double>(), wish.records,
      json["kiosk_idle_mib"].get<double>(), json["kiosk_after_records_mib"].get<double>(), each,
      met ? "met" : "NOT met");
  return json;
}

}  // namespace huiyin::bench
