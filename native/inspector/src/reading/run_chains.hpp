#pragma once

#include <cstdint>

namespace bulkhead::reading {
namespace {

// Included by one file for each instruction set, so that no two of them share a function.

/// What each byte of a block, or of several, may be in a run; bit i stands for byte i. See letter_fits.hpp.
template <class Word>
struct RunMasks {
  Word first, second, third, top, zero, letter;
  Word packed;  ///< the second letter of what compressed data becomes
};

/// Letters that end a run which may encode text, and sixteenth letters of runs that may be compressed data.
template <class Word>
struct RunEnds {
  Word text, packed;
};

/// The bits of one block and of the one before, to shift bits in from.
struct OneBlock {
  using Word = std::uint64_t;
  Word now = 0, before = 0;

  template <int Count>
  [[gnu::always_inline]] [[nodiscard]] inline Word shifted() const noexcept {
    return now << Count | before >> (64 - Count);
  }
  [[gnu::always_inline]] inline void next(Word following) noexcept {
    before = now;
    now = following;
  }
};

/// Tells which letters end a run that may encode text, from block to block. `Blocks`: OneBlock, or as many as a vector has.
template <class Blocks>
class RunChains {
 public:
  using Word = typename Blocks::Word;

  [[gnu::always_inline]] inline RunEnds<Word> next(const RunMasks<Word>& m) noexcept {
    // Two, four, eight and sixteen letters in a row.
    letter_.next(m.letter);
    letter2_.next(m.letter & letter_.template shifted<1>());
    letter4_.next(letter2_.now & letter2_.template shifted<2>());
    letter8_.next(letter4_.now & letter4_.template shifted<4>());
    const Word run = letter8_.now & letter8_.template shifted<8>();
    // Four whole groups of base64, the last of which ends here.
    first_.next(m.first);
    second_.next(m.second);
    third_.next(m.third);
    group_.next(first_.template shifted<3>() & second_.template shifted<2>() & third_.template shifted<1>() & m.letter);
    group2_.next(group_.now & group_.template shifted<4>());
    const Word groups = group2_.now & group2_.template shifted<8>();
    // Nine pairs of hex, as far as the first digits of each tell.
    top_.next(m.top);
    pair_.next(m.letter & top_.template shifted<1>());
    pair2_.next(pair_.now & pair_.template shifted<2>());
    pair4_.next(pair2_.now & pair2_.template shifted<4>());
    const Word pairs = pair4_.now & pair4_.template shifted<8>() & pair_.template shifted<16>();
    // UTF-16 has a NUL at each second byte, which makes two of eight letters zeros, three apart.
    zero_.next(m.zero);
    zeros_.next(m.zero & zero_.template shifted<3>() & ~zero_.template shifted<1>());
    const Word wide = zeros_.now & zeros_.template shifted<8>();
    start_.next(m.packed & ~letter_.template shifted<2>());
    return {groups | pairs | (run & wide), run & start_.template shifted<14>()};
  }

 private:
  Blocks letter_, letter2_, letter4_, letter8_;
  Blocks first_, second_, third_, group_, group2_;
  Blocks top_, pair_, pair2_, pair4_;
  Blocks zero_, zeros_, start_;
};

}  // namespace
}  // namespace bulkhead::reading
