#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "detect/char_class.hpp"
#include "reading/escape.hpp"

namespace bulkhead::reading {

/// Where the last decoded bytes came from: how many bytes of the source each took, and in which encodings.
class SourceMap {
 public:
  /// More than a judge looks back from the end of what is decoded at once (Escapes::kPiece, Run::kPiece).
  static constexpr std::size_t kKept = 1024;

  /// The next decoded byte has the offset `decoded` and comes from the source's offset `source`.
  void start(std::uint64_t decoded, std::uint64_t source) noexcept {
    decoded_ = decoded;
    first_ = decoded;
    source_ = source;
    pending_ = {};
  }
  /// One decoded byte; `letters`: its source shows letters or digits that are not the byte itself.
  void add(std::uint32_t length, EncodingBits written, bool letters) noexcept {
    Place& place = places_[decoded_ % kKept];
    place.length = pending_.length + length;
    place.written = pending_.written | written;
    place.letters = pending_.letters || letters;
    pending_ = {};
    source_ += place.length;
    ++decoded_;
  }
  /// As many decoded bytes that stand for themselves, none of them behind some that stand for nothing.
  void add_plain(std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) places_[(decoded_ + i) % kKept] = {1, 0, false};
    source_ += count;
    decoded_ += count;
  }
  /// Bytes of the source that stand for nothing; they count for the next decoded byte.
  void drop(std::uint32_t length, EncodingBits written, bool letters) noexcept {
    pending_.length += length;
    pending_.written |= written;
    pending_.letters = pending_.letters || letters;
  }

  [[nodiscard]] std::uint64_t decoded() const noexcept { return decoded_; }
  /// Offset in the source of the first byte of what became `offset`. What is no longer known has the oldest known one.
  [[nodiscard]] std::uint64_t source_of(std::uint64_t offset) const noexcept {
    std::uint64_t source = source_;
    for (std::uint64_t at = decoded_; at > offset && at > oldest(); --at) source -= places_[(at - 1) % kKept].length;
    // Before the first one nothing was decoded: offsets are those of the source.
    return offset < first_ && oldest() == first_ ? source - (first_ - offset) : source;
  }
  /// How the bytes of [from, to) were written.
  [[nodiscard]] EncodingBits written(std::uint64_t from, std::uint64_t to) const noexcept {
    EncodingBits bits = 0;
    visit(from, to, [&bits](const Place& place) { bits |= place.written; });
    return bits;
  }
  /// How the first of them was written that does not stand for itself.
  [[nodiscard]] EncodingBits first_written(std::uint64_t from, std::uint64_t to) const noexcept {
    EncodingBits bits = 0;
    visit(from, to, [&bits](const Place& place) {
      if (bits == 0) bits = place.written;
    });
    return bits;
  }
  /// Whether every letter and digit of [from, to) stands in the source as itself, with no other letter between.
  [[nodiscard]] bool in_place(std::uint64_t from, std::uint64_t to) const noexcept {
    bool all = true;
    visit(from, to, [&all](const Place& place) { all = all && !place.letters; });
    return all;
  }

 private:
  struct Place {
    std::uint32_t length;
    EncodingBits written;
    bool letters;
  };
  [[nodiscard]] std::uint64_t oldest() const noexcept {
    const std::uint64_t kept = decoded_ < kKept ? 0 : decoded_ - kKept;
    return kept > first_ ? kept : first_;
  }
  template <typename Visit>
  void visit(std::uint64_t from, std::uint64_t to, Visit visitor) const noexcept {
    for (std::uint64_t at = from > oldest() ? from : oldest(); at < to && at < decoded_; ++at)
      visitor(places_[at % kKept]);
  }

  std::array<Place, kKept> places_;  // not initialised: only what was decoded is meant
  Place pending_{};
  std::uint64_t decoded_ = 0, first_ = 0, source_ = 0;
};

}  // namespace bulkhead::reading
