#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bulkhead/unique_fd.hpp"
#include "source/failure.hpp"
#include "source/pcapng_writer.hpp"
#include "source/tap.hpp"

namespace bulkhead {

struct RecordingOptions {
  std::string netns;  ///< path of the network namespace; empty for the process's own
  int fd = -1;        ///< of the file, which stays its owner's
  std::uint32_t milliseconds = 0;
  std::uint64_t max_bytes = 0;  ///< of the file; a packet that does not fit ends the recording
};

/// What was recorded, and why no more.
struct RecordingResult {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< of the file
  std::uint64_t lost = 0;   ///< packets that found the ring full
  bool full = false;
  SourceFailure failure;
};

/// Writes all packets of a network namespace to a pcapng file for a while. Memory is bounded by the ring and one block
/// of it.
class Recording {
 public:
  /// From then on packets are kept. Gives nothing where it cannot be.
  static std::unique_ptr<Recording> open(const RecordingOptions& options, SourceFailure& failure);

  /// Records until the time is over, the file is full or `stop` is called, whichever comes first. Once.
  RecordingResult run();
  /// Ends `run` soon, from any thread.
  void stop() noexcept;

 private:
  explicit Recording(const RecordingOptions& options) : options_(options) {}
  [[nodiscard]] bool fits(const RawPacket& packet) const noexcept;
  bool flush(RecordingResult& result);

  RecordingOptions options_;
  std::unique_ptr<Tap> tap_;
  UniqueFd wake_;
  PcapngWriter writer_;
  std::uint64_t pending_ = 0;  ///< what the writer holds at most
  std::uint64_t written_ = 0;
};

}  // namespace bulkhead
