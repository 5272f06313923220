/// huiyin-bench: the measurements end to end, one part a call. tools/bench runs them all.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>

#include "tests/bench/parts.hpp"

namespace {

using namespace huiyin::bench;

void write_json(const std::string& file, const Json& json) {
  if (file.empty()) return;
  std::ofstream out(file, std::ios::trunc);
  out << json.dump(2) << '\n';
  if (!out.flush()) give_up("cannot write " + file);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures Huiyin end to end; every figure beside its reference from the same run"};
  app.require_subcommand(1);
  Places places{std::filesystem::temp_directory_path().string(), "tools/county", HUIYIN_SERVER, HUIYIN_KIOSK};
  std::string json_file;
  app.add_option("--json", json_file, "write the figures to this file");
  app.add_option("--work", places.work, "folder on the disk that is measured")->capture_default_str();
  app.add_option("--rules", places.rules, "rules folder with reports.json")->capture_default_str();

  SaveWish save;
  auto* save_part = app.add_subcommand("save", "a kiosk saves one feedback, against a bare LMDB commit");
  save_part->add_option("--saves", save.saves)->capture_default_str();
  IngestWish ingest;
  auto* ingest_part =
      app.add_subcommand("ingest", "devices push to an office over TLS, against LMDB in groups");
  ingest_part->add_option("--records", ingest.records, "over all devices")->capture_default_str();
  ingest_part->add_option("--records-alone", ingest.records_alone, "of one device")->capture_default_str();
  ingest_part->add_option("--devices", ingest.devices)->capture_default_str();
  ingest_part->add_option("--rounds", ingest.rounds)->capture_default_str();
  MemoryWish memory;
  auto* memory_part =
      app.add_subcommand("memory", "anonymous memory of both daemons and of an idle connection");
  memory_part->add_option("--connections", memory.connections)->capture_default_str();
  memory_part->add_option("--records", memory.records)->capture_default_str();
  StartWish start;
  auto* start_part = app.add_subcommand("start", "from exec to the ready line of both daemons");
  start_part->add_option("--rounds", start.rounds)->capture_default_str();
  start_part->add_option("--records", start.records)->capture_default_str();
  for (CLI::App* part : {save_part, ingest_part, memory_part, start_part}) part->fallthrough();
  CLI11_PARSE(app, argc, argv);

  try {
    if (save_part->parsed()) write_json(json_file, measure_save(places, save));
    if (ingest_part->parsed()) write_json(json_file, measure_ingest(places, ingest));
    if (memory_part->parsed()) write_json(json_file, measure_memory(places, memory));
    if (start_part->parsed()) write_json(json_file, measure_start(places, start));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "huiyin-bench: %s\n", failure.what());
    return 1;
  }
  return 0;
}
