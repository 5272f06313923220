/// Runs a fuzz target over files and folders of inputs, and over each of them cut short and with
/// bits flipped: the corpus guards every build, under any compiler.

#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

namespace {

std::size_t run(std::vector<std::uint8_t> input) {
  LLVMFuzzerTestOneInput(input.data(), input.size());
  std::size_t runs = 1;
  for (std::size_t i = 0; i < input.size(); i += 1 + input.size() / 256) {
    const std::vector<std::uint8_t> shorter(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(i));
    LLVMFuzzerTestOneInput(shorter.data(), shorter.size());
    for (const unsigned bit : {0U, 3U, 7U}) {
      input[i] ^= static_cast<std::uint8_t>(1U << bit);
      LLVMFuzzerTestOneInput(input.data(), input.size());
      input[i] ^= static_cast<std::uint8_t>(1U << bit);
    }
    runs += 4;
  }
  return runs;
}

std::vector<std::uint8_t> contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t files = 0, runs = 0;
  for (int i = 1; i < count; ++i) {
    const std::filesystem::path path = arguments[i];
    if (!std::filesystem::is_directory(path)) {
      runs += run(contents(path));
      ++files;
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      runs += run(contents(entry.path()));
      ++files;
    }
  }
  std::printf("%zu inputs, %zu runs\n", files, runs);
  if (files == 0) std::fprintf(stderr, "no inputs: give files or folders\n");
  return files == 0 ? 1 : 0;
}
