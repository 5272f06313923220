#pragma once
/// Many devices in one process, each with the kiosk's own connection and session, to load a real
/// office over TLS. One thread; what it uses itself is told, since it shares the processors.

#include <vector>

#include "tests/bench/corpus.hpp"

namespace huiyin::bench {

struct LoadTarget {
  std::uint16_t port = 0;
  KeyPin pin;
  OfficeId office;
  PublicKey ack_key;
};

struct LoadResult {
  double seconds = 0;  ///< from the first push to the last ack
  std::uint64_t acknowledged = 0;
  std::vector<double> ack_ms;            ///< of each batch, from its push to its verified ack
  std::uint64_t wire_bytes_up = 0;       ///< push frames before TLS and WebSocket
  std::uint64_t errors = 0;              ///< closed links, refusals, and verdicts other than accepted
  std::vector<std::string> error_words;  ///< the first few
};

/// Connects all, lets the downlink settle, calls `before`, then everybody pushes everything;
/// `after` is called at the last ack, before the connections end. Ends the program when a device
/// cannot connect, and after ten minutes.
[[nodiscard]] LoadResult push_all(const LoadTarget& target, std::vector<DeviceCorpus>& devices,
                                  const std::function<void()>& before, const std::function<void()>& after);

/// Connects all, and calls `while_idle` when every one is welcomed and has what comes down.
void connect_all(const LoadTarget& target, std::vector<DeviceCorpus>& devices,
                 const std::function<void()>& while_idle);

}  // namespace huiyin::bench
