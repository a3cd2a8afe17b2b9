#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "bulkhead/engine.hpp"

namespace bulkhead {

/// The bytes of the current packet that hold content of the current field, so that a datum found in a field can be
/// overwritten where it stands. Filled while a packet is inspected, empty between packets.
class PacketView {
 public:
  /// More separate spans of one field in one packet than this (tiny chunks) are not tracked: such a datum is blocked
  /// where it should have been masked.
  static constexpr std::size_t kMaxSpans = 64;

  void clear() noexcept { count_ = 0; }

  void add(Direction direction, std::uint64_t field_offset, Bytes bytes) noexcept {
    if (count_ == kMaxSpans || bytes.empty()) return;
    spans_[count_++] = {direction, field_offset, bytes};
  }

  /// A new field of `direction` begins: offsets start over.
  void begin(Direction direction) noexcept {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; ++i)
      if (spans_[i].direction != direction) spans_[kept++] = spans_[i];
    count_ = kept;
  }

  /// Calls `visit(std::uint64_t offset, MutableBytes part)` for each part of [offset, offset + length) that this
  /// packet holds, in order. The packet must be writable.
  template <typename Visit>
  void each_part(Direction direction, std::uint64_t offset, std::uint64_t length, Visit visit) const noexcept {
    const std::uint64_t end = offset + length;
    for (std::size_t i = 0; i < count_; ++i) {
      const Span& span = spans_[i];
      const std::uint64_t span_end = span.offset + span.bytes.size();
      if (span.direction != direction || span_end <= offset || span.offset >= end) continue;
      const std::uint64_t from = span.offset > offset ? span.offset : offset;
      const std::uint64_t to = span_end < end ? span_end : end;
      const Bytes part = span.bytes.subspan(from - span.offset, to - from);
      // The source declared the packet writable: these are its own bytes.
      visit(from, MutableBytes{const_cast<std::uint8_t*>(part.data()), part.size()});
    }
  }

 private:
  struct Span {
    Direction direction;
    std::uint64_t offset;
    Bytes bytes;
  };
  std::array<Span, kMaxSpans> spans_{};
  std::size_t count_ = 0;
};

}  // namespace bulkhead
