#include "decode/checksum.hpp"

#include <bit>
#include <cstring>

#include "decode/checksum_kernel.hpp"

namespace bulkhead {
namespace {

template <typename Word>
Word load(const std::uint8_t* at) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

std::uint16_t fold(std::uint64_t sum) noexcept {
  sum = (sum & 0xffffffffU) + (sum >> 32);
  sum = (sum & 0xffffffffU) + (sum >> 32);
  sum = (sum & 0xffffU) + (sum >> 16);
  sum = (sum & 0xffffU) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

std::uint64_t sum_words(Bytes bytes) noexcept {
  std::uint64_t sum = 0;
  std::uint64_t high = 0;
  std::size_t i = 0;
  for (; i + 16 <= bytes.size(); i += 16) {
    const auto a = load<std::uint64_t>(bytes.data() + i);
    const auto b = load<std::uint64_t>(bytes.data() + i + 8);
    sum += (a & 0xffffffffU) + (b & 0xffffffffU);
    high += (a >> 32) + (b >> 32);
  }
  sum += high;
  for (; i + 2 <= bytes.size(); i += 2) sum += load<std::uint16_t>(bytes.data() + i);
  if (i < bytes.size()) {
    const std::uint8_t last[2] = {bytes[i], 0};
    sum += load<std::uint16_t>(last);
  }
  return sum;
}

/// Value of a 16-bit number written in network order, as the machine would load it.
constexpr std::uint16_t in_network_order(std::uint32_t value) noexcept {
  const auto half = static_cast<std::uint16_t>(value);
  if constexpr (std::endian::native == std::endian::little)
    return static_cast<std::uint16_t>((half >> 8) | (half << 8));
  return half;
}

/// Below this the AVX2 kernel's set-up costs more than it saves.
constexpr std::size_t kVectorFrom = 256;

}  // namespace

std::uint16_t internet_sum_scalar(Bytes bytes) noexcept { return fold(sum_words(bytes)); }

std::uint16_t internet_sum(Bytes bytes) noexcept {
  static const bool vector = has_avx2_sum();
  if (!vector || bytes.size() < kVectorFrom) return internet_sum_scalar(bytes);
  const std::size_t whole = bytes.size() & ~std::size_t{127};
  return fold(sum_words_avx2(bytes.first(whole)) + sum_words(bytes.subspan(whole)));
}

std::uint16_t pseudo_header_sum(const Address& source, const Address& destination, std::uint8_t protocol,
                                std::uint32_t length) noexcept {
  // The twelve bytes that map an IPv4 address add 0xffff, which is nothing in one's complement.
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < source.bytes.size(); i += 8) {
    const auto a = load<std::uint64_t>(source.bytes.data() + i);
    const auto b = load<std::uint64_t>(destination.bytes.data() + i);
    sum += (a & 0xffffffffU) + (a >> 32) + (b & 0xffffffffU) + (b >> 32);
  }
  sum += in_network_order(protocol);
  sum += in_network_order(length >> 16);
  sum += in_network_order(length);
  return fold(sum);
}

ChecksumState check_transport(const Address& source, const Address& destination, std::uint8_t protocol, Bytes segment,
                              std::size_t field_offset) noexcept {
  const std::uint16_t pseudo =
      pseudo_header_sum(source, destination, protocol, static_cast<std::uint32_t>(segment.size()));
  if (add_sums(pseudo, internet_sum(segment)) == 0xffff) return ChecksumState::valid;
  const auto field = load<std::uint16_t>(segment.data() + field_offset);
  if (field == pseudo) return ChecksumState::pending;
  // Large-send offload of some systems leaves the length out of the partial sum.
  if (field == pseudo_header_sum(source, destination, protocol, 0)) return ChecksumState::pending;
  return ChecksumState::wrong;
}

}  // namespace bulkhead
