#pragma once
/// The reference: what LMDB itself does on this disk with the flags we use, and nothing of ours.

#include <cstdint>
#include <memory>
#include <string>

#include "shared/core/bytes.hpp"

namespace huiyin::bench {

class RawLmdb {
 public:
  /// A new file; ends the program when it cannot be made.
  explicit RawLmdb(const std::string& path);
  ~RawLmdb();
  RawLmdb(const RawLmdb&) = delete;
  RawLmdb& operator=(const RawLmdb&) = delete;

  void begin();
  void put(ByteView key, ByteView value);
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Records a second: values of 492 bytes under (device, seq) keys, `per_commit` to a commit, the
/// devices taking turns of 100. In a new file at `path`, removed afterwards.
[[nodiscard]] double raw_records_per_second(const std::string& path, std::size_t devices, std::size_t records,
                                            std::size_t per_commit);

}  // namespace huiyin::bench
