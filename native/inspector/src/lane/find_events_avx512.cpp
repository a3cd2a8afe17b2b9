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
constexpr std::size_t kVectorFrom = 4 * kBlock;

/// Leaves only those points that are one in blocks that have any. They are listed before they are gone through: a branch for
/// each block would be guessed wrong with each that has one.
template <Finds Wanted>
[[gnu::always_inline]] inline void drop_look_alikes(const Chunk& chunk, ChunkMasks& masks) noexcept {
  std::uint8_t numbers[kMaskWords + kWords];
  const std::size_t full = list_full_words(masks.point, (chunk.blocks() + kWords - 1) / kWords, numbers);
  for (std::size_t i = 0; i < full && numbers[i] < chunk.blocks(); ++i)
    masks.point[numbers[i]] = classify<Wanted>(chunk.block(numbers[i])).point;
}

}  // namespace

template <Finds Wanted>
std::size_t find_events_avx512(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  if (length < kVectorFrom) return find_loop<Avx512Classifier<Wanted>>(from, length, positions);
  const Chunk chunk{from - kBlock, 1 + length / kBlock, length % kBlock};
  ChunkMasks masks;
  std::size_t i = 0;
  for (; i < chunk.whole; ++i)
    masks.put<Wanted>(i, classify<Wanted, Points::likely>(Block::whole(chunk.front + i * kBlock)));
  if (chunk.left != 0) masks.put<Wanted>(i, classify<Wanted, Points::likely>(chunk.block(i)));
  // In this order, since words that were just stored cannot be loaded as vectors at once: of the points, all are needed first.
  follow_chains<Wanted>(masks, chunk.blocks());
  drop_look_alikes<Wanted>(chunk, masks);

  std::size_t count = 0;
  std::size_t block = 1;
  for (; block < chunk.whole; ++block) count += write(masks.events(block), (block - 1) * kBlock, positions + count);
  if (chunk.left != 0)
    count += write(_bzhi_u64(masks.events(block), static_cast<unsigned>(chunk.left)), (block - 1) * kBlock, positions + count);
  return count;
}

}  // namespace bulkhead::lane

#else

namespace bulkhead::lane {

template <Finds Wanted>
std::size_t find_events_avx512(const std::uint8_t* from, std::size_t length, std::uint16_t* positions) noexcept {
  return find_events_scalar<Wanted>(from, length, positions);
}

}  // namespace bulkhead::lane

#endif

namespace bulkhead::lane {

template std::size_t find_events_avx512<Finds::secrets>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;
template std::size_t find_events_avx512<Finds::short_runs_too>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;
template std::size_t find_events_avx512<Finds::names_too>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;
template std::size_t find_events_avx512<Finds::all>(const std::uint8_t*, std::size_t, std::uint16_t*) noexcept;

}  // namespace bulkhead::lane
