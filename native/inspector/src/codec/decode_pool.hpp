#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "bulkhead/bytes.hpp"
#include "codec/unpacker.hpp"
#include "protocol/conversation.hpp"

namespace bulkhead {

/// Most encodings on top of each other that are taken off. Real traffic has one; double and triple compression is
/// what evasion tools try, and each further level multiplies the work of a bomb.
inline constexpr std::size_t kMaxStages = 4;
/// Output of one call of a decompressor: large enough that calls are rare, small enough to stay in the L2 cache.
inline constexpr std::size_t kDecodeBuffer = 32 * 1024;
/// First bytes of a compressed body kept until it has proven itself. Text taken for deflate fails well before.
inline constexpr std::size_t kProbation = 512;
/// Decompressors kept for the next body instead of being freed.
inline constexpr std::size_t kIdleInflaters = 8;

/// One decompressor and the first bytes of what it was given. It is for raw deflate unless `unpacker` is set.
struct Inflater {
  z_stream stream{};
  std::uint64_t taken = 0;  ///< input bytes of this stage, headers included
  std::array<std::uint8_t, kProbation> first{};
  std::unique_ptr<Unpacker> unpacker;

  Inflater() noexcept { usable = inflateInit2(&stream, -MAX_WBITS) == Z_OK; }
  ~Inflater() {
    if (usable) inflateEnd(&stream);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool usable = false;
};

/// Counts and recycles what decoding needs, for all conversations of one engine. One thread.
struct DecodePool {
  explicit DecodePool(const DecodeLimits& bounds) noexcept : limits(bounds) {}

  /// Null when the engine has its fill of open decompressors.
  [[nodiscard]] std::unique_ptr<Inflater> acquire() noexcept;
  void release(std::unique_ptr<Inflater> inflater) noexcept;
  /// Room for another bounded side buffer? They count as decompressors: both are some 50 KiB.
  [[nodiscard]] bool reserve() noexcept;
  void unreserve() noexcept { --open; }
  /// Working memory of one stage; stages of one body nest, bodies do not.
  [[nodiscard]] MutableBytes buffer(std::size_t stage) noexcept;

  DecodeLimits limits;
  std::uint32_t open = 0;
  UnpackerMemory unpacker_memory;  // in front of what uses it
  std::vector<std::unique_ptr<Inflater>> idle;
  std::array<std::unique_ptr<std::uint8_t[]>, kMaxStages> buffers;
};

}  // namespace bulkhead
