#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "detect/char_class.hpp"

namespace bulkhead::detect {

/// A word gathered byte by byte: lower case, hashed as it grows. Of one longer than `Longest` only the length is right.
template <std::size_t Longest>
class GatheredWord {
 public:
  void add(std::uint8_t byte) noexcept {
    byte = lower(byte);
    hash_ = (hash_ ^ byte) * 16777619U;
    hexadecimal_ = hexadecimal_ && byte <= 'f';
    if (length_ < Longest) text_[length_] = static_cast<char>(byte);
    ++length_;
  }
  std::size_t length() const noexcept { return length_; }
  bool too_long() const noexcept { return length_ > Longest; }
  /// Whether all its letters are hexadecimal digits too, as of "cc".
  bool hexadecimal() const noexcept { return hexadecimal_; }
  /// FNV-1a, mixed: the low bits choose a slot.
  std::uint32_t hash() const noexcept { return hash_ ^ hash_ >> 15; }
  std::string_view text() const noexcept { return {text_, length_}; }

 private:
  std::uint32_t hash_ = 2166136261U;
  std::size_t length_ = 0;
  bool hexadecimal_ = true;
  char text_[Longest];
};

/// Finds the entry of `Words` (whose `text` is lower case) that equals a word. `Slots` is a power of two well above the
/// number of words, so that probes stay short.
template <const auto& Words, std::size_t Slots, std::size_t Longest>
class WordTable {
 public:
  using Word = GatheredWord<Longest>;

  /// Null for a word that is in no entry.
  static constexpr auto find(const Word& word) noexcept -> decltype(&Words[0]) {
    if (word.too_long()) return nullptr;
    for (std::size_t slot = word.hash() & (Slots - 1); kSlots[slot] != 0; slot = (slot + 1) & (Slots - 1)) {
      const auto& entry = Words[kSlots[slot] - 1];
      if (entry.text == word.text()) return &entry;
    }
    return nullptr;
  }

 private:
  static_assert((Slots & (Slots - 1)) == 0 && Slots > std::size(Words) && std::size(Words) < 65536);

  static constexpr std::array<std::uint16_t, Slots> make_slots() {
    std::array<std::uint16_t, Slots> slots{};  // index into Words plus one; 0: free
    std::uint16_t number = 0;
    for (const auto& entry : Words) {
      ++number;
      std::uint32_t hash = 2166136261U;
      for (const char c : entry.text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
      std::size_t slot = (hash ^ hash >> 15) & (Slots - 1);
      while (slots[slot] != 0) slot = (slot + 1) & (Slots - 1);
      slots[slot] = number;
    }
    return slots;
  }
  static constexpr std::array<std::uint16_t, Slots> kSlots = make_slots();
};

/// Calls `each` with every word of two or more letters in [from, to). Words are runs of letters, cut also where
/// camelCase starts a new one. `mark_at(p, to)` is the length of what is no letter at p, 0 for a letter. A word that
/// touches `from` may be the rest of a longer one and is skipped unless `from_is_boundary`. Letters that are hexadecimal
/// and touch a digit are no word: every twentieth UUID has a "cc" between digits. Linear, whatever the words.
template <std::size_t Longest, typename MarkAt, typename Each>
inline void each_word(const std::uint8_t* from, const std::uint8_t* to, bool from_is_boundary, MarkAt mark_at,
                      Each each) noexcept {
  const std::uint8_t* p = from;
  if (!from_is_boundary)
    while (p < to && mark_at(p, to) == 0) ++p;
  while (p < to) {
    if (const std::size_t mark = mark_at(p, to); mark != 0) {
      p += mark;
      continue;
    }
    GatheredWord<Longest> word;
    bool lower_before = false;
    const bool digit_before = p > from && is(p[-1], kDigit);
    for (; p < to && mark_at(p, to) == 0; ++p) {
      const bool upper = is(*p, kUpper);
      if (upper && lower_before) break;
      lower_before = !upper;
      word.add(*p);
    }
    const bool part_of_number = word.hexadecimal() && (digit_before || (p < to && is(*p, kDigit)));
    if (word.length() >= 2 && !part_of_number) each(word);
  }
}

}  // namespace bulkhead::detect
