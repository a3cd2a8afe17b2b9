// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "lane/find_in_text.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include "lane/chunk_masks_avx512.hpp"

namespace bulkhead::lane {
namespace {

using ChunkWords = PaddedWords<kMaskWords / kWords>;

[[gnu::always_inline]] inline std::uint64_t printable(__m512i bytes) noexcept {
  return _mm512_cmpgt_epi8_mask(bytes, _mm512_set1_epi8(0x1f));
}

/// Where kLeastText printable bytes in a row end, up to a vector behind the chunk.
[[gnu::always_inline]] inline void find_ends(const Chunk& chunk, std::size_t vectors, ChunkWords& ends) noexcept {
  ChunkWords text;
  std::uint64_t* const words = text.words();
  std::size_t i = 0;
  for (; i < chunk.whole; ++i) words[i] = printable(_mm512_loadu_si512(chunk.front + i * kBlock));
  if (chunk.left != 0) {
    words[i] = printable(_mm512_maskz_loadu_epi8(chunk.ours(), chunk.front + i * kBlock)) | ~chunk.ours();
    ++i;
  }
  for (; i < (vectors + 1) * kWords; ++i) words[i] = ~std::uint64_t{0};
  EightWords one, two, four;
  static_assert(kLeastText == 6);
  for (i = 0; i <= vectors; ++i) {
    one.next(text.at(i * kWords));
    two.next(one.now & one.shifted<1>());
    four.next(two.now & two.shifted<2>());
    ends.put(i * kWords, four.now & two.shifted<4>());
  }
  _mm512_store_si512(ends.all, _mm512_setzero_si512());
}

}  // namespace

std::size_t find_in_text_avx512(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  const Chunk chunk{from - kBlock, 1 + length / kBlock, length % kBlock};
  const std::size_t blocks = chunk.blocks(), vectors = (blocks + kWords - 1) / kWords;
  ChunkWords ends;
  find_ends(chunk, vectors, ends);

  // A chain or an anchor that leads to an event is printable itself, so blocks without such rows have nothing to add to one.
  ChunkMasks masks;
  alignas(64) std::uint64_t near[kMaskWords];
  const __m512i none = _mm512_setzero_si512();
  for (std::size_t i = 0; i < vectors * kWords; i += kWords) {
    const __m512i end = ends.at(i);
    _mm512_store_si512(near + i, six_before(end, ends.later(i)) | _mm512_shldi_epi64(end, ends.earlier(i), 1));
    _mm512_store_si512(masks.digit + i, none);
    _mm512_store_si512(masks.separator + i, none);
    _mm512_store_si512(masks.opening + i, none);
    _mm512_store_si512(masks.point + i, none);
  }
  std::uint8_t numbers[kMaskWords + kWords];
  const std::size_t needed = list_full_words(near, vectors, numbers);
  for (std::size_t i = 0; i < needed && numbers[i] < blocks; ++i)
    masks.put<Finds::secrets>(numbers[i], classify<Finds::secrets>(chunk.block(numbers[i])));
  follow_chains<Finds::secrets>(masks, blocks);

  for (std::size_t i = 0; i < vectors * kWords; i += kWords)
    _mm512_store_si512(masks.point + i, (_mm512_load_si512(masks.point + i) | _mm512_load_si512(masks.number + i)) &
                                            _mm512_load_si512(near + i));
  masks.point[0] = 0;
  std::size_t count = 0;
  const std::size_t full = list_full_words(masks.point, vectors, numbers);
  for (std::size_t i = 0; i < full && numbers[i] < blocks; ++i) {
    const std::uint64_t events = masks.point[numbers[i]];
    const std::uint64_t ours = numbers[i] < chunk.whole ? ~std::uint64_t{0} : chunk.ours();
    count += write(events & ours, (numbers[i] - std::size_t{1}) * kBlock, positions + count);
  }
  return count;
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

std::size_t find_in_text_avx512(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  return find_in_text_scalar(from, length, positions);
}

}  // namespace bulkhead::lane

#endif
