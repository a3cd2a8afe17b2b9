#include "detect/identity/context.hpp"

#include <cstring>

#include "detect/char_class.hpp"
#include "detect/identity/context_words.hpp"
#include "detect/word_table.hpp"

namespace bulkhead::detect::identity {
namespace {

constexpr std::size_t kLongestWord = 56;
using Table = WordTable<kWords, 2048, kLongestWord>;

constexpr bool is_letter(std::uint8_t byte) noexcept { return is(byte, kAlpha) || byte > 0x7f; }

/// Full-width punctuation (U+FF00 to U+FF3F) is three bytes that are no letters.
std::size_t mark_at(const std::uint8_t* p, const std::uint8_t* to) noexcept {
  if (to - p >= 3 && p[0] == 0xef && p[1] == 0xbc) return 3;
  return is_letter(*p) ? 0 : 1;
}

ContextSet look_up(const Table::Word& word) noexcept {
  const Word* entry = Table::find(word);
  return entry == nullptr ? ContextSet{} : entry->says;
}

/// Of all words of [from, to).
ContextSet said_in(const std::uint8_t* from, const std::uint8_t* to, bool from_is_boundary) noexcept {
  ContextSet said;
  each_word<kLongestWord>(from, to, from_is_boundary, mark_at,
                          [&](const Table::Word& word) { said |= look_up(word); });
  return said;
}

/// What all letters of a key say as one word: steuerId and steuer_id are "steuerid".
ContextSet said_joined(const StructuralKey& key) noexcept {
  Table::Word word;
  for (const std::uint8_t* p = key.name; p < key.end(); ++p)
    if (is_letter(*p)) word.add(*p);
  return look_up(word);
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

Context context_of_key(const StructuralKey& key) noexcept {
  ContextSet said = said_in(key.name, key.end(), true);
  said |= said_joined(key);
  return resolve(said);
}

}  // namespace

Context context_in(const std::uint8_t* from, const std::uint8_t* to, bool from_is_boundary) noexcept {
  return resolve(said_in(from, to, from_is_boundary));
}

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
