#include "detect/identity/context.hpp"

#include <cstring>
#include <string_view>

#include "detect/char_class.hpp"
#include "detect/identity/context_words.hpp"

namespace bulkhead::detect::identity {
namespace {

constexpr std::size_t kLongestWord = 56;
constexpr std::size_t kSlots = 2048;  // a power of two well above the number of words, so that probes stay short

constexpr std::uint32_t kHashSeed = 2166136261U;
constexpr std::uint32_t hash_step(std::uint32_t hash, std::uint8_t byte) { return (hash ^ byte) * 16777619U; }
constexpr std::size_t slot_of(std::uint32_t hash) { return (hash ^ hash >> 15) & (kSlots - 1); }

consteval std::array<std::uint16_t, kSlots> make_slots() {
  std::array<std::uint16_t, kSlots> slots{};  // index into kWords plus one; 0: free
  std::uint16_t number = 0;
  for (const Word& word : kWords) {
    ++number;
    std::uint32_t hash = kHashSeed;
    for (const char c : word.text) hash = hash_step(hash, static_cast<std::uint8_t>(c));
    std::size_t slot = slot_of(hash);
    while (slots[slot] != 0) slot = (slot + 1) & (kSlots - 1);
    slots[slot] = number;
  }
  return slots;
}
constexpr std::array<std::uint16_t, kSlots> kTable = make_slots();

ContextSet look_up(std::string_view word, std::uint32_t hash) noexcept {
  for (std::size_t slot = slot_of(hash); kTable[slot] != 0; slot = (slot + 1) & (kSlots - 1)) {
    const Word& entry = kWords[kTable[slot] - 1];
    if (entry.text == word) return entry.says;
  }
  return {};
}

constexpr bool is_letter(std::uint8_t byte) noexcept { return is(byte, kAlpha) || byte > 0x7f; }

/// Full-width punctuation (U+FF00 to U+FF3F) is three bytes that are no letters.
bool wide_mark(const std::uint8_t* p, const std::uint8_t* to) noexcept {
  return to - p >= 3 && p[0] == 0xef && p[1] == 0xbc;
}

Context resolve(ContextSet said) noexcept {
  if (said.none()) return {};
  for (const Phrase& phrase : kPhrases)
    if ((said & phrase.parts) == phrase.parts) said |= phrase.says;
  Context context;
  constexpr std::size_t kInFirst = 64;
  static_assert(kRuleCount > kInFirst && kRuleCount < 128);
  context.named.bits[0] = said.bits[0];
  context.named.bits[1] = said.bits[1] & ((1ULL << (kRuleCount - kInFirst)) - 1);
  if (said.has(kAnyNational - kFirstIdentity)) context.hinted |= kNationalRules;
  if (said.has(kAnyTax - kFirstIdentity)) context.hinted |= kTaxRules;
  if (said.has(kAnyHealth - kFirstIdentity)) context.hinted |= kHealthRules;
  return context;
}

}  // namespace

namespace {

ContextSet said_in(const std::uint8_t* from, const std::uint8_t* to, bool from_is_boundary) noexcept;

/// What all letters of a key say as one word: steuerId and steuer_id are "steuerid".
ContextSet said_joined(const StructuralKey& key) noexcept {
  char word[kLongestWord];
  std::size_t length = 0;
  std::uint32_t hash = kHashSeed;
  for (const std::uint8_t* p = key.name; p < key.end(); ++p) {
    if (!is_letter(*p)) continue;
    if (length == kLongestWord) return {};
    const std::uint8_t byte = lower(*p);
    hash = hash_step(hash, byte);
    word[length++] = static_cast<char>(byte);
  }
  return look_up({word, length}, hash);
}

Context context_of_key(const StructuralKey& key) noexcept {
  ContextSet said = said_in(key.name, key.end(), true);
  said |= said_joined(key);
  return resolve(said);
}

}  // namespace

Context context_in(const std::uint8_t* from, const std::uint8_t* to, bool from_is_boundary) noexcept {
  return resolve(said_in(from, to, from_is_boundary));
}

namespace {

/// Of all words of [from, to).
ContextSet said_in(const std::uint8_t* from, const std::uint8_t* to, bool from_is_boundary) noexcept {
  ContextSet said;
  const std::uint8_t* p = from;
  if (!from_is_boundary)
    while (p < to && is_letter(*p)) ++p;
  while (p < to) {
    if (wide_mark(p, to)) {
      p += 3;
      continue;
    }
    if (!is_letter(*p)) {
      ++p;
      continue;
    }
    char word[kLongestWord];
    std::size_t length = 0;
    std::uint32_t hash = kHashSeed;
    bool lower_before = false;
    for (; p < to && is_letter(*p) && !wide_mark(p, to); ++p) {
      const bool upper = is(*p, kUpper);
      if (upper && lower_before) break;
      lower_before = !upper;
      const std::uint8_t byte = lower(*p);
      hash = hash_step(hash, byte);
      if (length < kLongestWord) word[length] = static_cast<char>(byte);
      ++length;
    }
    if (length >= 2 && length <= kLongestWord) said |= look_up({word, length}, hash);
  }
  return said;
}

}  // namespace

const Context& KeyContexts::of(const StructuralKey& key) noexcept {
  if (key.length > kLongest) {
    long_ = context_of_key(key);
    return long_;
  }
  std::array<std::uint64_t, kLongest / 8> name{};
  std::memcpy(reinterpret_cast<std::uint8_t*>(name.data()) + kLongest - key.length, key.name, key.length);
  std::uint64_t hash = 0;
  for (const std::uint64_t word : name) hash = (hash ^ word) * 0xd6e8feb86659fd93ULL;
  Entry& entry = entries_[hash >> 57];
  static_assert(kSlots == 1U << (64 - 57));
  if (entry.name != name) entry = {name, context_of_key(key)};
  return entry.context;
}

}  // namespace bulkhead::detect::identity
