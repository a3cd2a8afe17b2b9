#include "protocol/kafka_sizes.hpp"

namespace bulkhead {
namespace {

std::size_t two(Bytes) noexcept { return 2; }
std::size_t four(Bytes) noexcept { return 4; }
std::size_t compact(Bytes so_far) noexcept {
  constexpr std::size_t kMost = 5;
  return so_far.back() < 0x80 || so_far.size() == kMost ? so_far.size() : 0;
}

/// A negative number is none.
std::uint64_t plain_value(Bytes number) noexcept {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : number) value = value << 8 | byte;
  return number[0] >= 0x80 ? 0 : value;
}

std::uint64_t compact_value(Bytes number) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < number.size(); ++i) value |= std::uint64_t{number[i] & 0x7fU} << (7 * i);
  return value == 0 ? 0 : value - 1;
}

}  // namespace

Input::Wait<std::uint64_t> kafka_string_size(Input& in, bool flexible) noexcept {
  return flexible ? in.number(compact, compact_value) : in.number(two, plain_value);
}
Input::Wait<std::uint64_t> kafka_size(Input& in, bool flexible) noexcept {
  return flexible ? in.number(compact, compact_value) : in.number(four, plain_value);
}

}  // namespace bulkhead
