#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bulkhead/bytes.hpp"
#include "source/failure.hpp"

namespace bulkhead {

/// A forward-only view of a file descriptor's bytes, decompressed when they are gzip (several members too).
///
/// Memory is bounded by kBuffer plus kWindow, whatever the length of the input.
class ByteInput {
 public:
  /// Longest span that `peek` can give: the largest packet or block held at once.
  static constexpr std::size_t kWindow = 2U << 20;
  /// Bytes read at a time.
  static constexpr std::size_t kBuffer = 256U << 10;

  /// Reads `fd`, which stays the caller's. When `cancel_fd` (an eventfd) becomes readable, a wait for input that does
  /// not come is given up with SourceError::cancelled; -1 for none.
  explicit ByteInput(int fd, int cancel_fd = -1) noexcept;
  ~ByteInput();
  ByteInput(const ByteInput&) = delete;
  ByteInput& operator=(const ByteInput&) = delete;

  /// The next `n` bytes (n <= kWindow) without consuming them; fewer only when the input ends or failed.
  /// Valid until the next call.
  [[nodiscard]] Bytes peek(std::size_t n) noexcept;
  /// Consumes bytes already peeked.
  void consume(std::size_t n) noexcept;
  /// Consumes any number of bytes without holding them; whether all of them came.
  bool skip(std::uint64_t n) noexcept;

  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }  ///< consumed, after decompression
  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }  ///< from the descriptor
  [[nodiscard]] const SourceFailure& failure() const noexcept { return failure_; }

 private:
  struct Inflater;

  [[nodiscard]] std::size_t held() const noexcept { return end_ - begin_; }
  bool fill() noexcept;
  std::size_t read_some(std::uint8_t* into, std::size_t room) noexcept;
  std::size_t inflate_some(std::uint8_t* into, std::size_t room) noexcept;
  void detect_compression() noexcept;
  void fail(SourceError error, std::string message) noexcept;

  int fd_;
  int cancel_fd_;
  bool pollable_ = false;
  bool ended_ = false;
  bool started_ = false;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::unique_ptr<Inflater> inflater_;
  SourceFailure failure_;
};

}  // namespace bulkhead
