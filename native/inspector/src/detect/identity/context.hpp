#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "detect/identity/rules.hpp"
#include "detect/structural_key.hpp"

namespace bulkhead::detect::identity {

/// Which numbers the words around a candidate speak of: bit i stands for rule i; the bits behind the rules for words
/// that mean any number of a kind, or that do so together with another one.
struct ContextSet {
  std::uint64_t bits[2] = {0, 0};

  [[nodiscard]] constexpr bool has(std::size_t i) const noexcept { return (bits[i / 64] >> (i % 64) & 1U) != 0; }
  [[nodiscard]] constexpr bool none() const noexcept { return (bits[0] | bits[1]) == 0; }
  constexpr void add(std::size_t i) noexcept { bits[i / 64] |= 1ULL << (i % 64); }
  constexpr ContextSet& operator|=(const ContextSet& other) noexcept {
    bits[0] |= other.bits[0];
    bits[1] |= other.bits[1];
    return *this;
  }
  friend constexpr ContextSet operator&(ContextSet a, const ContextSet& b) noexcept {
    a.bits[0] &= b.bits[0];
    a.bits[1] &= b.bits[1];
    return a;
  }
  friend constexpr bool operator==(const ContextSet&, const ContextSet&) noexcept = default;
};

/// What words say: `named` rules by their own words, `hinted` ones by words for any number of their kind.
struct Context {
  ContextSet named, hinted;

  [[nodiscard]] bool none() const noexcept { return named.none() && hinted.none(); }
};

/// Of all words in [from, to). Words are runs of letters, cut where camelCase starts a new one; bytes above 0x7f count
/// as letters, so that words of other scripts are whole. A word that touches `from` may be the rest of a longer one and
/// is skipped unless `from_is_boundary`. Linear.
Context context_in(const std::uint8_t* from, const std::uint8_t* to, bool from_is_boundary) noexcept;

/// The contexts of keys, remembered, as KeyTopics remembers topics and for the same reason. Working memory of a thread.
class KeyContexts {
 public:
  const Context& of(const StructuralKey& key) noexcept;

 private:
  static constexpr std::size_t kLongest = 32;
  static constexpr std::size_t kSlots = 128;
  struct Entry {
    std::array<std::uint64_t, kLongest / 8> name{};  // zeros in front: a name holds none, so its length is in it
    Context context;
  };
  std::array<Entry, kSlots> entries_{};
  Context long_;  // of the last key that was too long to remember
};

}  // namespace bulkhead::detect::identity
