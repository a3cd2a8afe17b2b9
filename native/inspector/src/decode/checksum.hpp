#pragma once

#include <cstdint>

#include "bulkhead/bytes.hpp"
#include "bulkhead/packet.hpp"

namespace bulkhead {

/// One's complement sum of 16-bit words (RFC 1071) in the machine's byte order, folded to 16 bits but not inverted.
/// A trailing odd byte counts as the first byte of a word. An AVX2 version is chosen at run time where there is one;
/// both give the same sum.
[[nodiscard]] std::uint16_t internet_sum(Bytes bytes) noexcept;

/// The portable version, for tests to compare with.
[[nodiscard]] std::uint16_t internet_sum_scalar(Bytes bytes) noexcept;

/// The 16-bit one's complement sum of two such sums.
[[nodiscard]] constexpr std::uint16_t add_sums(std::uint32_t a, std::uint32_t b) noexcept {
  const std::uint32_t sum = a + b;
  return static_cast<std::uint16_t>((sum & 0xffffU) + (sum >> 16));
}

/// Sum of the pseudo header (RFC 9293 3.1, RFC 8200 8.1). An IPv4-mapped pair sums as the IPv4 form.
[[nodiscard]] std::uint16_t pseudo_header_sum(const Address& source, const Address& destination, std::uint8_t protocol,
                                              std::uint32_t length) noexcept;

/// How a transport checksum looks to a receiver.
enum class ChecksumState : std::uint8_t {
  valid,
  pending,  ///< holds only the pseudo header's sum: the sender's network card was to fill the rest in
  wrong,
};

/// Judges the checksum at `field_offset` of a whole transport `segment`.
[[nodiscard]] ChecksumState check_transport(const Address& source, const Address& destination, std::uint8_t protocol,
                                            Bytes segment, std::size_t field_offset) noexcept;

/// True when the sum over a header that contains its own checksum comes out right.
[[nodiscard]] inline bool header_sum_valid(Bytes header) noexcept { return internet_sum_scalar(header) == 0xffff; }

}  // namespace bulkhead
