#include "codec/unpacker.hpp"

#include <brotli/decode.h>
// Its memory can only be bounded through the part of the interface that is for static linking, which this is.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include <cstdlib>

namespace bulkhead {
namespace {

/// Each block is preceded by its size, so that giving it back can be counted.
constexpr std::size_t kHeader = alignof(std::max_align_t);

void* take(void* opaque, std::size_t size) noexcept {
  auto& memory = *static_cast<UnpackerMemory*>(opaque);
  if (size > memory.limit || memory.used + size > memory.limit) return nullptr;
  auto* const block = static_cast<std::uint8_t*>(std::malloc(size + kHeader));
  if (block == nullptr) return nullptr;
  *reinterpret_cast<std::size_t*>(block) = size;
  memory.used += size;
  return block + kHeader;
}

void give_back(void* opaque, void* address) noexcept {
  if (address == nullptr) return;
  std::uint8_t* const block = static_cast<std::uint8_t*>(address) - kHeader;
  static_cast<UnpackerMemory*>(opaque)->used -= *reinterpret_cast<std::size_t*>(block);
  std::free(block);
}

class ZstdUnpacker final : public Unpacker {
 public:
  explicit ZstdUnpacker(UnpackerMemory& memory) noexcept
      : stream_(ZSTD_createDStream_advanced({take, give_back, &memory})) {
    constexpr int kWindowLog = 23;
    if (stream_ != nullptr) ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kWindowLog);
  }
  ~ZstdUnpacker() override { ZSTD_freeDStream(stream_); }
  ZstdUnpacker(const ZstdUnpacker&) = delete;
  ZstdUnpacker& operator=(const ZstdUnpacker&) = delete;

  [[nodiscard]] bool usable() const noexcept { return stream_ != nullptr; }

  Result run(Bytes& in, MutableBytes out, std::size_t& produced) noexcept override {
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    std::size_t result = 1;
    do {
      const std::size_t given = in.empty() ? 0 : 1;
      ZSTD_inBuffer input{in.data(), given, 0};
      result = ZSTD_decompressStream(stream_, &output, &input);
      produced = output.pos;
      in = in.subspan(input.pos);
      if (result == 0) return Result::end;
      if (ZSTD_isError(result) != 0U) break;
      if (input.pos < given && output.pos < output.size) return Result::corrupt;  // it wants neither input nor room
    } while (!in.empty() && output.pos < output.size);
    if (ZSTD_isError(result) == 0U) return Result::more;
    const ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
    const bool too_large = code == ZSTD_error_memory_allocation || code == ZSTD_error_frameParameter_windowTooLarge;
    return too_large ? Result::no_memory : Result::corrupt;
  }

 private:
  ZSTD_DStream* stream_;
};

class BrotliUnpacker final : public Unpacker {
 public:
  explicit BrotliUnpacker(UnpackerMemory& memory) noexcept
      : state_(BrotliDecoderCreateInstance(take, give_back, &memory)) {}
  ~BrotliUnpacker() override {
    if (state_ != nullptr) BrotliDecoderDestroyInstance(state_);
  }
  BrotliUnpacker(const BrotliUnpacker&) = delete;
  BrotliUnpacker& operator=(const BrotliUnpacker&) = delete;

  [[nodiscard]] bool usable() const noexcept { return state_ != nullptr; }

  Result run(Bytes& in, MutableBytes out, std::size_t& produced) noexcept override {
    std::size_t room = out.size();
    std::uint8_t* to = out.data();
    BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT;
    do {
      const std::size_t given = in.empty() ? 0 : 1;
      std::size_t left = given;
      const std::uint8_t* from = in.data();
      result = BrotliDecoderDecompressStream(state_, &left, &from, &room, &to, nullptr);
      in = in.subspan(given - left);
      produced = out.size() - room;
    } while (!in.empty() && room > 0 && result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT);
    switch (result) {
      case BROTLI_DECODER_RESULT_SUCCESS:
        return Result::end;
      case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
      case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
        return Result::more;
      case BROTLI_DECODER_RESULT_ERROR:
        break;
    }
    const BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(state_);
    const bool memory = code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES && code > BROTLI_DECODER_ERROR_UNREACHABLE;
    return memory ? Result::no_memory : Result::corrupt;
  }

 private:
  BrotliDecoderState* state_;
};

}  // namespace

std::unique_ptr<Unpacker> make_zstd_unpacker(UnpackerMemory& memory) noexcept { return made_unpacker<ZstdUnpacker>(memory); }
std::unique_ptr<Unpacker> make_brotli_unpacker(UnpackerMemory& memory) noexcept {
  return made_unpacker<BrotliUnpacker>(memory);
}

}  // namespace bulkhead
