// Compiled for AVX2: nothing here may call an inline function that another file could end up calling.
#include "lane/find_in_text.hpp"

#if defined(__AVX2__)

#include "lane/classify_avx2.hpp"
#include "lane/find_loop.hpp"
#include "lane/text_rows.hpp"

namespace bulkhead::lane {
namespace {

using Classifier = Avx2Classifier<Finds::secrets>;

/// The block before the chunk, and the chunk.
constexpr std::size_t kMostBlocks = 1 + kChunk / kBlock;

[[gnu::always_inline]] inline std::uint64_t printable(const std::uint8_t* block) noexcept {
  const __m256i from = _mm256_set1_epi8(0x1f);
  return Classifier::mask<0>(_mm256_cmpgt_epi8(Classifier::load(block), from),
                             _mm256_cmpgt_epi8(Classifier::load(block + 32), from));
}

}  // namespace

std::size_t find_in_text_avx2(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  const std::uint8_t* const front = from - kBlock;
  const std::size_t whole = 1 + length / kBlock, left = length % kBlock;
  const std::uint64_t ours = (std::uint64_t{1} << left) - 1;
  const PartBlock part(front + whole * kBlock, left);

  // Where kLeastText printable bytes in a row end. What is behind the chunk is taken to be printable.
  static_assert(kLeastText == 6);
  std::uint64_t ends[kMostBlocks + 2];
  SixInRow rows;
  std::size_t blocks = 0;
  for (; blocks < whole; ++blocks) ends[blocks] = rows.next(printable(front + blocks * kBlock));
  if (left != 0) ends[blocks++] = rows.next(printable(part.block()) | ~ours);
  ends[blocks] = rows.next(~std::uint64_t{0});

  // A chain or an anchor that leads to an event is printable itself, so blocks without such rows have nothing to add to one.
  // They are listed before they are gone through: a branch for each would be guessed wrong with each that has some.
  std::uint64_t near[kMostBlocks + 1];
  std::uint8_t numbers[kMostBlocks + 1];
  std::size_t needed = 0;
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < blocks; ++i) {
    near[i] = six_before(ends[i], ends[i + 1]) | shifted(ends[i], before, 1);
    before = ends[i];
    numbers[needed] = static_cast<std::uint8_t>(i);
    needed += near[i] != 0 ? 1 : 0;
  }

  BlockChains<Finds::secrets> chains;
  std::size_t count = 0, next = 0;
  for (std::size_t i = 0; i < needed; ++i) {
    const std::size_t block = numbers[i];
    if (block != next) chains = {};
    next = block + 1;
    const bool is_whole = block < whole;
    const std::uint64_t events = chains.next(Classifier::classify(is_whole ? front + block * kBlock : part.block())) & near[block];
    if (block != 0) count += write_positions(is_whole ? events : events & ours, (block - 1) * kBlock, positions + count);
  }
  return count;
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

std::size_t find_in_text_avx2(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  return find_in_text_scalar(from, length, positions);
}

}  // namespace bulkhead::lane

#endif
