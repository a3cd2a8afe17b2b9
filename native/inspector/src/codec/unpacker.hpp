#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#include "bulkhead/bytes.hpp"

namespace bulkhead {

/// Memory that decompressors with large windows share. zlib's 44 KiB are counted by number; these can each want
/// megabytes, and whoever sends the data decides how many.
struct UnpackerMemory {
  std::uint64_t limit = 64ULL << 20;
  std::uint64_t used = 0;
};

/// A decompressor beside zlib's. Streaming; a frame at a time.
class Unpacker {
 public:
  enum class Result : std::uint8_t {
    more,       ///< give it more input, or more room
    end,        ///< the frame is over; what is left of the input does not belong to it
    corrupt,
    no_memory,  ///< it would need more than UnpackerMemory has
  };
  virtual ~Unpacker() = default;
  /// Takes what it can from the front of `in` and writes to the front of `out`, which is not empty. Without input it writes
  /// what it holds of earlier input for want of room. What was decoded before an error is
  /// written, wherever the input was cut: both libraries lose what they decode in the call that fails, so they are given
  /// a byte at a time.
  virtual Result run(Bytes& in, MutableBytes out, std::size_t& produced) noexcept = 0;
};

/// Zstandard (RFC 8878) with a window of at most 8 MiB, as the standard recommends decoders to support. Null when there
/// is no memory for it. `memory` must outlive it.
std::unique_ptr<Unpacker> make_zstd_unpacker(UnpackerMemory& memory) noexcept;
/// Brotli (RFC 7932), without the large windows that are not part of it.
std::unique_ptr<Unpacker> make_brotli_unpacker(UnpackerMemory& memory) noexcept;
/// Snappy (google/snappy format_description.txt): a plain block, or blocks in the frame of snappy-java.
std::unique_ptr<Unpacker> make_snappy_unpacker(UnpackerMemory& memory) noexcept;
/// LZ4 in its frame, and a single block behind its decoded size in four bytes, big-endian.
std::unique_ptr<Unpacker> make_lz4_unpacker(UnpackerMemory& memory) noexcept;
std::unique_ptr<Unpacker> make_sized_lz4_unpacker(UnpackerMemory& memory) noexcept;

template <class Kind>
std::unique_ptr<Unpacker> made_unpacker(UnpackerMemory& memory) noexcept {
  std::unique_ptr<Kind> unpacker(new (std::nothrow) Kind(memory));
  if (!unpacker || !unpacker->usable()) return nullptr;
  return unpacker;
}

/// How a message says that something is packed, where its first bytes do not.
enum class Packing : std::uint8_t { by_magic, zstd, snappy, lz4, sized_lz4 };

}  // namespace bulkhead
