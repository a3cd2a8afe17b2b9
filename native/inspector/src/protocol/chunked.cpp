#include "protocol/chunked.hpp"

#include <algorithm>
#include <cstring>

#include "protocol/characters.hpp"

namespace bulkhead {

Chunked::Piece Chunked::next(Bytes bytes) noexcept {
  switch (phase_) {
    case Phase::before_size:
      return before_size(bytes);
    case Phase::size:
      return size(bytes);
    case Phase::line_rest:
      if (bytes[0] == '\n') {
        size_is_known();
        return {Kind::framing, 1};
      }
      if (is_blank(bytes[0])) return {Kind::framing, 1};
      phase_ = Phase::annotation;
      [[fallthrough]];
    case Phase::annotation: {
      const void* end = std::memchr(bytes.data(), '\n', bytes.size());
      if (end == nullptr) return {Kind::annotation, bytes.size()};
      size_is_known();
      return {Kind::annotation, static_cast<std::size_t>(static_cast<const std::uint8_t*>(end) - bytes.data()) + 1};
    }
    case Phase::data: {
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      left_ -= taken;
      if (left_ == 0) phase_ = Phase::before_size;
      return {Kind::data, taken};
    }
    case Phase::trailer_start:
    case Phase::trailer_blank:
      return trailer_start(bytes);
    case Phase::trailer_line: {
      const void* end = std::memchr(bytes.data(), '\n', bytes.size());
      if (end == nullptr) return {Kind::trailer, bytes.size()};
      phase_ = Phase::trailer_start;
      return {Kind::trailer, static_cast<std::size_t>(static_cast<const std::uint8_t*>(end) - bytes.data()) + 1};
    }
    case Phase::end:
      break;
  }
  return {Kind::end, 0};
}

Chunked::Piece Chunked::before_size(Bytes bytes) noexcept {
  const std::uint8_t byte = bytes[0];
  if (is_blank(byte) || byte == '\n') {
    if (!proven_ && trust_ != Trust::certain && (trust_ == Trust::unclaimed || !hold(byte)))
      return {Kind::not_chunked, 0};
    return {Kind::framing, 1};
  }
  if (proven_ || trust_ == Trust::certain) held_count_ = 0;
  digits_ = 0;
  left_ = 0;
  phase_ = Phase::size;
  return size(bytes);
}

Chunked::Piece Chunked::size(Bytes bytes) noexcept {
  const bool doubtful = !proven_ && trust_ != Trust::certain;
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const std::uint8_t byte = bytes[taken];
    const int value = hex_value(byte);
    const bool base_prefix = to_lower(byte) == 'x' && left_ == 0 && digits_ == 1 && trust_ != Trust::unclaimed;
    if (value < 0 && !base_prefix) break;
    const bool leading_zero = value == 0 && left_ == 0;
    if (leading_zero && !doubtful) {
      digits_ = 1;
    } else {
      // Given back in two steps: what this call took, then the verdict.
      if (digits_ > kDigits || !hold(byte))
        return taken > 0 ? Piece{Kind::framing, taken} : Piece{Kind::not_chunked, 0};
      if (!base_prefix) left_ = (left_ << 4) | static_cast<std::uint64_t>(value);
      ++digits_;
    }
    ++taken;
  }
  if (taken > 0) return {Kind::framing, taken};
  if (digits_ == 0 || !may_follow_size(bytes[0])) return {Kind::not_chunked, 0};
  phase_ = Phase::line_rest;
  return next(bytes);
}

bool Chunked::may_follow_size(std::uint8_t byte) const noexcept {
  if (proven_ || trust_ == Trust::certain) return true;
  if (trust_ == Trust::unclaimed) return byte == '\r' || byte == '\n';
  return !is_alpha(byte) && !is_digit(byte);
}

void Chunked::size_is_known() noexcept {
  proven_ = true;
  held_count_ = 0;
  phase_ = left_ > 0 ? Phase::data : Phase::trailer_start;
}

Chunked::Piece Chunked::trailer_start(Bytes bytes) noexcept {
  // Only the last of the blanks in front of a line end, or of a trailer field, tells which it is; both are framing.
  const std::uint8_t byte = bytes[0];
  if (byte == '\n') {
    phase_ = Phase::end;
    return {Kind::framing, 1};
  }
  if (is_blank(byte)) {
    phase_ = Phase::trailer_blank;
    return {Kind::framing, 1};
  }
  phase_ = Phase::trailer_line;
  return next(bytes);
}

bool Chunked::hold(std::uint8_t byte) noexcept {
  if (held_count_ == held_.size()) return false;
  held_[held_count_++] = byte;
  return true;
}

bool Chunked::skip(std::uint64_t bytes) noexcept {
  if (phase_ != Phase::data || bytes >= left_) return false;
  left_ -= bytes;
  return true;
}

}  // namespace bulkhead
