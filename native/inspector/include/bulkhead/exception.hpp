#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bulkhead {

/// Everything that keeps the inspector from looking at bytes, or makes two readings of the same bytes possible.
/// Each has a policy the operator sets and a counter: nothing is skipped silently.
enum class Exception : std::uint8_t {
  memory_cap,            ///< a table or pool is full: the session cannot be followed
  midstream,             ///< TCP data of a session whose handshake was not seen
  gap,                   ///< bytes of a stream that never came (capture loss, reassembly limit)
  overlap,               ///< a retransmission or fragment that differs from what was accepted first
  bad_checksum,          ///< a header or transport checksum a receiver would refuse
  bad_reset,             ///< RST/FIN/SYN outside what the receiver would accept
  urgent_data,           ///< TCP urgent pointer: sender and receiver may disagree about the stream
  malformed_packet,      ///< headers that contradict themselves or are cut short
  unknown_layer,         ///< a link, network or transport protocol that is not decoded
  depth_limit,           ///< more nested headers or encodings than are followed
  fragment_limit,        ///< IP fragments beyond the bounds of reassembly
  parser_error,          ///< a protocol's own syntax is broken: the rest of the stream is inspected as raw bytes
  ambiguous_framing,     ///< a message two receivers could cut differently (CL with TE, two lengths, …)
  decode_budget,         ///< a compressed or encoded body larger than its budget (a bomb)
  decode_error,          ///< a compressed body that is corrupt: its rest cannot be looked into
  unsupported_encoding,  ///< a content or transfer encoding that is not decoded
  queue_overrun,         ///< the kernel dropped or bypassed packets because the queue was full
  truncated_packet,      ///< a capture holds fewer bytes of the packet than were on the wire
  count_limit,           ///< more things of a kind than are told apart (cookies, names, requests without their answers)
};
inline constexpr std::size_t kExceptionCount = 19;

/// What to do with the traffic that met an exception.
enum class ExceptionPolicy : std::uint8_t { pass, alert, block };

/// One policy per exception. The default lets traffic live and says so; `overlap`, `bad_checksum` and `bad_reset`
/// concern single packets, which are dropped inline whatever the policy (the inspector normalises).
struct ExceptionPolicies {
  std::array<ExceptionPolicy, kExceptionCount> by_exception{};

  constexpr ExceptionPolicies() noexcept { by_exception.fill(ExceptionPolicy::alert); }
  [[nodiscard]] ExceptionPolicy of(Exception e) const noexcept { return by_exception[static_cast<std::size_t>(e)]; }
  void set(Exception e, ExceptionPolicy p) noexcept { by_exception[static_cast<std::size_t>(e)] = p; }
};

}  // namespace bulkhead
