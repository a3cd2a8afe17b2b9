#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bulkhead/bytes.hpp"
#include "bulkhead/packet.hpp"
#include "bulkhead/unique_fd.hpp"
#include "source/failure.hpp"

namespace bulkhead {

struct QueueOptions {
  std::string netns;         ///< path of the network namespace; empty for the process's own
  std::uint16_t number = 0;  ///< of the NFQUEUE target or queue statement
  /// Let packets by uninspected when the queue is full, instead of dropping them. A TCP session that lost inspected
  /// bytes this way cannot be followed any further, so it is rarely what one wants.
  bool fail_open = false;
};

/// One packet as the kernel's queue gives it.
struct QueuedPacket {
  std::uint32_t id = 0;
  std::uint16_t ethertype = 0;
  std::uint32_t mark = 0;
  std::uint32_t length = 0;  ///< of the whole packet; above payload.size() when the copy was cut
  std::uint64_t time_ns = 0; ///< 0 when the kernel gave none
  bool checksum_pending = false;
  Way way = Way::unknown;
  MutableBytes payload;
};

/// A kernel packet queue over its own netlink socket, opened inside a network namespace.
///
/// Super-packets are taken whole (NFQA_CFG_F_GSO). NFQA_CFG_F_CONNTRACK is never asked for: a kernel without the glue
/// refuses the whole configuration with it.
class NfQueue {
 public:
  static std::unique_ptr<NfQueue> open(const QueueOptions& options, SourceFailure& failure);
  ~NfQueue();
  NfQueue(const NfQueue&) = delete;
  NfQueue& operator=(const NfQueue&) = delete;

  [[nodiscard]] int fd() const noexcept { return socket_.get(); }
  [[nodiscard]] std::uint16_t number() const noexcept { return number_; }

  /// Reads one datagram of the socket. False when it holds no packet (an error answer, counted).
  bool parse(MutableBytes datagram, QueuedPacket& packet) noexcept;
  /// Packets the kernel dropped or let by because the queue was full, since the last call.
  [[nodiscard]] std::uint64_t take_overruns() noexcept;
  [[nodiscard]] std::uint64_t refused_verdicts() const noexcept { return refused_; }

  /// Whether this kernel and process can have queues at all.
  static SourceFailure probe();

 private:
  NfQueue(std::uint16_t number) noexcept : number_(number) {}
  SourceFailure configure(const QueueOptions& options);

  UniqueFd socket_;
  UniqueFd statistics_;  ///< the namespace's /proc/net/netfilter/nfnetlink_queue
  std::uint16_t number_;
  std::uint32_t last_id_ = 0;
  std::uint64_t missing_ids_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t dropped_before_ = 0;
};

}  // namespace bulkhead
