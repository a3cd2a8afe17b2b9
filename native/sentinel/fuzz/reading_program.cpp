#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "reading/program_kind.hpp"

using namespace bulkhead::sentinel;

namespace {

struct Bytes {
  std::span<const std::uint8_t> content;
  std::size_t reads = 0;
};

std::size_t read_bytes(void* file, std::uint64_t offset, std::span<std::uint8_t> bytes) noexcept {
  auto& from = *static_cast<Bytes*>(file);
  ++from.reads;
  if (offset >= from.content.size()) return 0;
  const auto rest = from.content.subspan(static_cast<std::size_t>(offset));
  const std::size_t count = std::min(rest.size(), bytes.size());
  std::copy_n(rest.begin(), count, bytes.begin());
  return count;
}

}  // namespace

/// Any bytes as a program: no crash, and no more looks than the tables that are taken could need.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes file{{data, size}};
  static_cast<void>(program_kind(read_bytes, &file));
  if (file.reads > 128) std::abort();
  return 0;
}
