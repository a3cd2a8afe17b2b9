#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bulkhead::detect::identity {

/// Keys of JSON whose values have been found to concern no rule: the records of a stream repeat a handful of keys
/// without end, and most numbers of ordinary traffic stand behind one of them. Working memory of one thread.
///
/// A key is remembered by the bytes from its opening quote to the value, zeros in front, so equal bytes mean the equal
/// key in the equal writing: looking one up is exact.
class QuietKeys {
 public:
  static constexpr std::size_t kBytes = 32;
  struct alignas(32) Entry {
    std::array<std::uint64_t, kBytes / 8> words{};
  };

  [[nodiscard]] const Entry& at(std::size_t slot) const noexcept { return entries_[slot]; }
  void add(const Entry& key) noexcept { entries_[slot_of(key.words[2], key.words[3])] = key; }
  static constexpr std::size_t slot_of(std::uint64_t third, std::uint64_t last) noexcept {
    return ((third * 0x9e3779b97f4a7c15ULL ^ last) * 0xd6e8feb86659fd93ULL) >> (64 - kSlotBits);
  }

  /// The key in front of a value at `start`, which must have kBytes readable bytes before it. False when it is no JSON
  /// key, or too long to remember.
  static bool read(const std::uint8_t* start, Entry& key) noexcept {
    const std::uint8_t* p = start;
    const std::uint8_t* const limit = start - kBytes;
    if (p[-1] == '"') --p;
    if (p[-1] == ' ') --p;
    if (p[-1] != ':' || p[-2] != '"') return false;
    for (p -= 3; p >= limit; --p) {
      if (*p != '"') continue;
      key = {};
      std::memcpy(reinterpret_cast<std::uint8_t*>(key.words.data()) + (p - limit), p,
                  static_cast<std::size_t>(start - p));
      return true;
    }
    return false;
  }
  [[nodiscard]] bool has(const Entry& key) const noexcept {
    return entries_[slot_of(key.words[2], key.words[3])].words == key.words;
  }

 private:
  static constexpr unsigned kSlotBits = 7;  // a few kinds of records, in little of the first-level cache
  std::array<Entry, 1U << kSlotBits> entries_{};
};

}  // namespace bulkhead::detect::identity
