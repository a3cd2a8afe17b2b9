#pragma once

#include <array>
#include <cstdint>

#include "bulkhead/bytes.hpp"
#include "bulkhead/exact_data.hpp"
#include "detect/char_class.hpp"

namespace bulkhead::lane {

/// Letters, digits, and all bytes of letters beyond ASCII.
constexpr bool of_exact_word(std::uint8_t byte) noexcept { return detect::is(byte, detect::kAlnum) || byte >= 0x80; }

/// The last words of a text, normalised: what a value of several words is compared with. Older words go as new ones
/// come; a word that no value can have leaves nothing behind.
class ExactWords {
 public:
  void add(std::uint8_t byte, std::uint64_t offset, bool fold) noexcept {
    if (!inside_) {
      inside_ = true;
      if (words_ == kMaxExactWords || size_ + kMaxExactValue + 2 > text_.size()) drop_oldest();
      starts_[words_] = static_cast<std::uint8_t>(size_);
      offsets_[words_] = offset;
      ++words_;
    }
    if (length_of_last() > kMaxExactValue) return;  // one byte more than any value has
    text_[size_++] = fold ? detect::lower(byte) : byte;
  }
  /// The word is over; whether it can be part of a value. Call `next` before another begins.
  [[nodiscard]] bool ended() const noexcept {
    return inside_ && length_of_last() <= kMaxExactValue;
  }
  void next() noexcept {
    if (!inside_) return;
    inside_ = false;
    if (length_of_last() > kMaxExactValue) return clear();
    text_[size_++] = ' ';
  }
  void clear() noexcept {
    words_ = 0;
    size_ = 0;
    inside_ = false;
  }
  [[nodiscard]] std::size_t count() const noexcept { return words_; }
  [[nodiscard]] bool inside() const noexcept { return inside_; }
  /// The last `words` words, while `inside`.
  [[nodiscard]] Bytes last(std::size_t words) const noexcept {
    const std::size_t start = starts_[words_ - words];
    return {text_.data() + start, size_ - start};
  }
  [[nodiscard]] std::uint64_t offset_of_last(std::size_t words) const noexcept { return offsets_[words_ - words]; }

 private:
  /// Room for a new word: keeps what a value that ends with it could still have in front.
  void drop_oldest() noexcept {
    std::size_t drop = words_ == kMaxExactWords ? 1 : 0;
    while (drop < words_ && std::size_t{size_} - starts_[drop] > kMaxExactValue) ++drop;
    const std::size_t from = drop < words_ ? starts_[drop] : size_;
    for (std::size_t i = from; i < size_; ++i) text_[i - from] = text_[i];
    for (std::size_t i = drop; i < words_; ++i) {
      starts_[i - drop] = static_cast<std::uint8_t>(starts_[i] - from);
      offsets_[i - drop] = offsets_[i];
    }
    words_ = static_cast<std::uint8_t>(words_ - drop);
    size_ = static_cast<std::uint8_t>(size_ - from);
  }

  [[nodiscard]] std::size_t length_of_last() const noexcept { return std::size_t{size_} - starts_[words_ - 1U]; }

  std::array<std::uint8_t, 3 * (kMaxExactValue + 1)> text_;
  std::array<std::uint64_t, kMaxExactWords> offsets_;
  std::array<std::uint8_t, kMaxExactWords> starts_;
  std::uint8_t words_ = 0;
  std::uint8_t size_ = 0;
  bool inside_ = false;
};

/// Groups of digits with little between them, as ExactWords for text.
class ExactDigits {
 public:
  static constexpr std::size_t kMaxGroups = 8;

  void add(std::uint8_t byte, std::uint64_t offset) noexcept {
    if (!inside_) {
      inside_ = true;
      if (groups_ == kMaxGroups || size_ == text_.size()) drop_to(groups_ == 0 ? 0 : 1);
      starts_[groups_] = static_cast<std::uint8_t>(size_);
      offsets_[groups_] = offset;
      ++groups_;
    }
    if (size_ == text_.size()) {
      if (groups_ == 1) {
        endless_ = true;
        return;
      }
      drop_to(1);
    }
    text_[size_++] = byte;
  }
  void next() noexcept {
    inside_ = false;
    if (endless_) clear();
  }
  void clear() noexcept {
    groups_ = 0;
    size_ = 0;
    inside_ = endless_ = false;
  }
  [[nodiscard]] bool inside() const noexcept { return inside_; }
  [[nodiscard]] std::size_t count() const noexcept { return endless_ ? 0 : groups_; }
  [[nodiscard]] Bytes last(std::size_t groups) const noexcept {
    const std::size_t start = starts_[groups_ - groups];
    return {text_.data() + start, size_ - start};
  }
  [[nodiscard]] std::uint64_t offset_of_last(std::size_t groups) const noexcept { return offsets_[groups_ - groups]; }

 private:
  void drop_to(std::size_t drop) noexcept {
    const std::size_t from = drop < groups_ ? starts_[drop] : size_;
    for (std::size_t i = from; i < size_; ++i) text_[i - from] = text_[i];
    for (std::size_t i = drop; i < groups_; ++i) {
      starts_[i - drop] = static_cast<std::uint8_t>(starts_[i] - from);
      offsets_[i - drop] = offsets_[i];
    }
    groups_ = static_cast<std::uint8_t>(groups_ - drop);
    size_ = static_cast<std::uint8_t>(size_ - from);
  }

  std::array<std::uint8_t, kMaxExactValue + 1> text_;
  std::array<std::uint64_t, kMaxGroups> offsets_;
  std::array<std::uint8_t, kMaxGroups> starts_;
  std::uint8_t groups_ = 0;
  std::uint8_t size_ = 0;
  bool inside_ = false;
  bool endless_ = false;  ///< the only group is longer than any value
};

}  // namespace bulkhead::lane
