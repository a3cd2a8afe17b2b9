#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// Finds the data in a chunked body (RFC 9112 7.1), as lenient clients do: blanks and empty lines before a size, bare
/// LF, sizes that begin with "0x", anything behind the size.
class Chunked {
 public:
  enum class Trust : std::uint8_t {
    certain,    ///< the message says so without any doubt
    claimed,    ///< it says something like it: the first line must look like a chunk size
    unclaimed,  ///< it says nothing: the first line must be a plain chunk size
  };
  enum class Kind : std::uint8_t {
    framing,     ///< a part of the framing
    annotation,  ///< text behind a chunk size, which nobody is bound to read
    data,
    trailer,
    end,         ///< the message is over; nothing was taken
    not_chunked, ///< nothing was taken; `held()` was, and is content as well
  };
  struct Piece {
    Kind kind;
    std::size_t size;
  };

  void reset(Trust trust) noexcept { *this = Chunked(trust); }
  explicit Chunked(Trust trust = Trust::certain) noexcept : trust_(trust) {}

  /// What the front of `bytes` (not empty) is. Every call takes at least a byte or returns `end` or `not_chunked`.
  Piece next(Bytes bytes) noexcept;
  /// The digits and blanks of a size line taken so far, which are content if it turns out not to be one.
  [[nodiscard]] Bytes held() const noexcept { return {held_.data(), held_count_}; }
  [[nodiscard]] bool proven() const noexcept { return proven_; }
  /// `bytes` of data will never come. False when they may hold framing.
  [[nodiscard]] bool skip(std::uint64_t bytes) noexcept;

 private:
  enum class Phase : std::uint8_t {
    before_size,
    size,
    line_rest,
    annotation,
    data,
    trailer_start,
    trailer_blank,
    trailer_line,
    end
  };

  Piece before_size(Bytes bytes) noexcept;
  Piece size(Bytes bytes) noexcept;
  Piece trailer_start(Bytes bytes) noexcept;
  [[nodiscard]] bool hold(std::uint8_t byte) noexcept;
  [[nodiscard]] bool may_follow_size(std::uint8_t byte) const noexcept;
  void size_is_known() noexcept;

  std::uint64_t left_ = 0;
  Phase phase_ = Phase::before_size;
  Trust trust_;
  bool proven_ = false;
  std::uint8_t digits_ = 0;
  std::uint8_t held_count_ = 0;
  /// Enough for any real chunk, and too few for a whole datum to hide in what is held back.
  static constexpr std::uint8_t kDigits = 11;
  std::array<std::uint8_t, 16> held_{};
};

}  // namespace bulkhead
