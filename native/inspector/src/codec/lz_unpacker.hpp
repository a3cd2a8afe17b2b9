#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "codec/unpacker.hpp"

namespace bulkhead {

/// What a decoder that copies from what it wrote can reach back to. Counted against UnpackerMemory.
class LzWindow {
 public:
  /// LZ4 cannot reach further, and no snappy compressor does: all cut their input into pieces of this size.
  static constexpr std::size_t kSize = 64 * 1024;

  explicit LzWindow(UnpackerMemory& memory) noexcept;
  ~LzWindow();
  LzWindow(const LzWindow&) = delete;
  LzWindow& operator=(const LzWindow&) = delete;

  [[nodiscard]] bool usable() const noexcept { return bytes_ != nullptr; }
  [[nodiscard]] bool reaches(std::uint64_t distance) const noexcept {
    return distance > 0 && distance <= kSize && distance <= written_;
  }
  void put(Bytes bytes) noexcept;
  /// Fills `to` with what was written `distance` bytes ago, which may be what this very call writes.
  void copy(std::uint64_t distance, MutableBytes to) noexcept;

 private:
  UnpackerMemory& memory_;
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::uint64_t written_ = 0;
};

/// The formats that are nothing but literals and copies: snappy and LZ4. A format reads its headers byte by byte and
/// says what comes next; the bytes are moved here.
///
/// The last byte of a header that asks for a copy is taken only when all of the copy is written, so that none of it
/// waits for input that may never come.
class LzUnpacker : public Unpacker {
 public:
  explicit LzUnpacker(UnpackerMemory& memory) noexcept : window_(memory) {}
  [[nodiscard]] bool usable() const noexcept { return window_.usable(); }
  Result run(Bytes& in, MutableBytes out, std::size_t& produced) noexcept final;

 protected:
  enum class Now : std::uint8_t { going, over, corrupt };
  /// One more byte of a header.
  virtual Now header(std::uint8_t byte) noexcept = 0;
  /// The literals or the copy that a header asked for are written.
  virtual Now moved() noexcept = 0;

  void literals(std::uint64_t count) noexcept { literals_ = count; }
  void copy(std::uint64_t count, std::uint64_t distance) noexcept {
    copy_ = count;
    distance_ = distance;
  }
  /// Input bytes taken so far.
  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }

 private:
  void take(Bytes& in, std::size_t count) noexcept {
    in = in.subspan(count);
    taken_ += count;
  }

  LzWindow window_;
  std::uint64_t literals_ = 0, copy_ = 0, distance_ = 0, taken_ = 0;
};

}  // namespace bulkhead
