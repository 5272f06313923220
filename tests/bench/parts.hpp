#pragma once
/// The parts of huiyin-bench. Each runs its measurement, prints what it found in words, and
/// returns the same as JSON, its marks included.

#include <string>

#include "tests/bench/figures.hpp"

namespace huiyin::bench {

struct Places {
  std::string work;    ///< an existing folder on the disk that is measured
  std::string rules;   ///< tools/county
  std::string server;  ///< huiyin-server
  std::string kiosk;   ///< huiyin-kiosk
};

struct SaveWish {
  std::size_t saves = 500;
};
[[nodiscard]] Json measure_save(const Places& places, const SaveWish& wish);

struct IngestWish {
  std::size_t records = 100'000;       ///< in all, over the devices, in the run with many
  std::size_t records_alone = 40'000;  ///< of one device
  std::size_t devices = 50;
  std::size_t rounds = 3;
};
[[nodiscard]] Json measure_ingest(const Places& places, const IngestWish& wish);

struct MemoryWish {
  std::size_t connections = 500;
  std::size_t records = 1'000;
};
[[nodiscard]] Json measure_memory(const Places& places, const MemoryWish& wish);

struct StartWish {
  std::size_t rounds = 5;
  std::size_t records = 20'000;
};
[[nodiscard]] Json measure_start(const Places& places, const StartWish& wish);

}  // namespace huiyin::bench
