#include "source/recording.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace bulkhead {
namespace {

/// What a packet takes beyond its bytes: its block with padding, and the description of an interface met first.
constexpr std::uint64_t kAround = 36 + 32;
/// Of the head of the file.
constexpr std::uint64_t kHead = 28;

}  // namespace

std::unique_ptr<Recording> Recording::open(const RecordingOptions& options, SourceFailure& failure) {
  std::unique_ptr<Recording> recording(new Recording(options));
  recording->wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  recording->tap_ = Tap::open({options.netns, "any"}, failure);
  if (failure.failed()) return nullptr;
  return recording;
}

void Recording::stop() noexcept { ::eventfd_write(wake_.get(), 1); }

RecordingResult Recording::run() {
  RecordingResult result;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.milliseconds);
  bool stopped = false;
  pending_ = kHead;
  while (!stopped && !result.full && !result.failure.failed()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left > 0) {
      pollfd waits[] = {{tap_->fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
      ::poll(waits, std::size(waits), static_cast<int>(std::min<std::int64_t>(left, 1'000)));
      stopped = (waits[1].revents & POLLIN) != 0;
    } else {
      stopped = true;
    }
    // What passed before the end is in a block that the kernel has not handed over yet.
    if (stopped) ::poll(nullptr, 0, 2 * Tap::kRetireMs);
    // No more than the ring holds, so that it ends where packets come faster than they are written.
    for (std::uint32_t block = 0; block < Tap::kMaxBlocks && !result.full; ++block) {
      const bool more = tap_->next_block([&](const RawPacket& packet) {
        result.full = result.full || !fits(packet);
        if (result.full) return;
        writer_.add(packet);
        pending_ += packet.data.size() + kAround;
        ++result.packets;
      });
      if (!flush(result) || !more) break;
    }
  }
  result.lost = tap_->take_overruns();
  result.bytes = written_;
  return result;
}

bool Recording::fits(const RawPacket& packet) const noexcept {
  return written_ + pending_ + packet.data.size() + kAround <= options_.max_bytes;
}

bool Recording::flush(RecordingResult& result) {
  const std::vector<std::uint8_t> bytes = writer_.take_some();
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t count = ::write(options_.fd, bytes.data() + at, bytes.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      const std::string why = std::strerror(errno);
      result.failure = {SourceError::unwritable, "the recording cannot be written: " + why + "; make room for it"};
      return false;
    }
    at += static_cast<std::size_t>(count);
    written_ += static_cast<std::uint64_t>(count);
  }
  if (written_ > 0) pending_ = 0;
  return true;
}

}  // namespace bulkhead
