// Compiled for AVX-512: nothing here may call an inline function that another file could end up calling.
#include "lane/find_events.hpp"

#if defined(__AVX512VBMI2__)

#include <immintrin.h>

#include "lane/chunk_masks_avx512.hpp"
#include "lane/find_loop.hpp"

namespace bulkhead::lane {
namespace {

/// Below this, blocks are taken one by one: masks that were stored as words and are loaded as vectors at once stall
/// the processor for longer than the chains of few blocks take.
constexpr std::size_t kVectorFrom = 8 * kBlock;

}  // namespace

template <Anchors Wanted>
std::size_t find_events_avx512(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  if (length < kVectorFrom) return find_loop<Avx512Classifier<Wanted>>(from, length, positions);
  ChunkMasks masks;
  std::size_t blocks = 0;
  // The block before the chunk comes first, only for its history.
  for (const std::uint8_t* block = from - kBlock; blocks * kBlock <= length; block += kBlock)
    masks.put(blocks++, Avx512Classifier<Wanted>::classify(block));
  const std::size_t left = length % kBlock;
  if (left != 0) {
    // What follows the chunk may not be ours to read: such bytes are taken for zeros.
    const std::uint8_t* const block = from + length - left;
    const __mmask64 ours = (std::uint64_t{1} << left) - 1;
    masks.put(blocks++, classify<Wanted>(_mm512_maskz_loadu_epi8(ours, block),  //
                                 _mm512_maskz_loadu_epi8(ours << 1 | 1, block - 1),
                                 _mm512_maskz_loadu_epi8(ours << 2 | 3, block - 2)));
  }
  follow_chains(masks, blocks);

  std::size_t count = 0;
  std::size_t block = 1;
  for (; block * kBlock <= length; ++block) count += write(masks.point[block], (block - 1) * kBlock, positions + count);
  if (left != 0)
    count += write(_bzhi_u64(masks.point[block], static_cast<unsigned>(left)), (block - 1) * kBlock, positions + count);
  return count;
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

template <Anchors Wanted>
std::size_t find_events_avx512(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  return find_events_scalar<Wanted>(from, length, positions);
}

}  // namespace bulkhead::lane

#endif

namespace bulkhead::lane {

template std::size_t find_events_avx512<Anchors::secrets>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;
template std::size_t find_events_avx512<Anchors::names_too>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;

}  // namespace bulkhead::lane
