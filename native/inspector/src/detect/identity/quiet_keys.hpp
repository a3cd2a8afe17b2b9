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
  using Slot = std::uint8_t;

  QuietKeys() noexcept {
    // A value begins behind a byte that is no digit, so a free slot is the key of none.
    for (Entry& entry : entries_) entry.words.fill(0x3030303030303030);
    masks_.fill(~0U);
  }

  [[nodiscard, gnu::always_inline]] const Entry& at(std::size_t slot) const noexcept { return entries_[slot]; }
  /// Bit i: byte i of it belongs to the key in the slot.
  [[nodiscard, gnu::always_inline]] std::uint32_t mask_at(std::size_t slot) const noexcept { return masks_[slot]; }
  void add(const Entry& key) noexcept {
    const std::size_t slot = slot_of(key.words[2], key.words[3]);
    entries_[slot] = key;
    masks_[slot] = mask_of(key);
  }
  static constexpr std::size_t slot_of(std::uint64_t third, std::uint64_t last) noexcept {
    return ((third * 0x9e3779b97f4a7c15ULL ^ last) * 0xd6e8feb86659fd93ULL) >> (64 - kSlotBits);
  }

  /// Where to look for the key of a value at `start` first: by its last bytes, and by what stands in front of a short one. A guess
  /// that spares nearly all look-ups, and nothing but time depends on it.
  [[nodiscard, gnu::always_inline]] Slot guess(std::size_t ending) const noexcept { return guesses_[ending]; }
  [[gnu::always_inline]] void learn(std::size_t ending, Slot slot) noexcept { guesses_[ending] = slot; }
  static constexpr std::size_t kEndings = 256;

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
  static constexpr std::size_t kSlots = 1U << kSlotBits;

  /// All but the zeros in front of it: it begins with a quote.
  static std::uint32_t mask_of(const Entry& key) noexcept {
    std::size_t zeros = 0;
    std::array<std::uint8_t, kBytes> bytes;
    std::memcpy(bytes.data(), key.words.data(), kBytes);
    while (zeros < kBytes - 1 && bytes[zeros] == 0) ++zeros;
    return ~0U << zeros;
  }

  std::array<Entry, kSlots> entries_;
  std::array<std::uint32_t, kSlots> masks_;
  std::array<Slot, kEndings> guesses_{};
};

}  // namespace bulkhead::detect::identity
