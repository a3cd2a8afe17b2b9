#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "detect/structural_key.hpp"
#include "detect/words.hpp"

namespace bulkhead::detect {

/// The topics of keys, remembered: the records of a stream repeat a handful of keys without end, and taking a name
/// apart into words costs several times what finding it here does. Working memory of one thread.
class KeyTopics {
 public:
  Topics of(const StructuralKey& key) noexcept {
    if (key.empty()) return 0;
    if (key.length > kLongest) return topics_in(key.name, key.end(), true);
    // The name's last bytes, zeros in front: a name holds no zero, so its length is in them. What stands before a name
    // is readable: keys lie within kContextBytes before a datum, and data that have keys are far shorter than what
    // kLookBack leaves for them.
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    std::memcpy(&left, key.end() - 16, 8);
    std::memcpy(&right, key.end() - 8, 8);
    if (key.length <= 8) {
      right = right >> (8 * (8 - key.length));
      left = 0;
    } else {
      left = left >> (8 * (16 - key.length));
    }
    Entry& entry = entries_[slot_of(left, right)];
    if (entry.left != left || entry.right != right) entry = {left, right, topics_in(key.name, key.end(), true)};
    return entry.topics;
  }

 private:
  static constexpr std::size_t kLongest = 16;
  static constexpr unsigned kSlotBits = 7;  // the keys of a few kinds of records, and little of the first-level cache

  struct Entry {
    std::uint64_t left = 0, right = 0;  // no key has these bytes: a free entry matches none
    Topics topics = 0;
  };
  static std::size_t slot_of(std::uint64_t left, std::uint64_t right) noexcept {
    return ((left * 0x9e3779b97f4a7c15ULL ^ right) * 0xd6e8feb86659fd93ULL) >> (64 - kSlotBits);
  }
  std::array<Entry, 1U << kSlotBits> entries_{};
};

}  // namespace bulkhead::detect
