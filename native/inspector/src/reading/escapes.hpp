#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "reading/reading.hpp"
#include "reading/source_map.hpp"

namespace bulkhead::reading {

/// A reading with the escapes replaced by what they stand for (see escape.hpp). It is made where one begins, as a copy
/// of the reading it belongs to, and given up when the two have been the same for long enough. It may also be made where
/// there turns out to be none, then it is given up at once: where it is made for good does not depend on how the field was
/// cut. That counts, since it does not know of a run that its parent is in.
class Escapes final : public Decoding {
 public:
  /// Most bytes of the source that are taken at once; at its multiples it may be given up.
  static constexpr std::size_t kPiece = 256;

  /// `before`: the byte in front of the next one of `parent`.
  Escapes(Workings& workings, Reading& parent, unsigned depth, std::uint8_t before) noexcept;

  /// Bytes that the parent's scanner has just been given; at most kPiece.
  void feed(Bytes bytes) noexcept;
  void provisional_end() noexcept;
  /// The parent's scanner has ended its field.
  void end() noexcept;
  void rebind(const std::shared_ptr<const Program>& program) noexcept { inner_.rebind(program); }
  /// Whether it is as its parent and will stay so until the next escape.
  [[nodiscard]] bool idle() const noexcept;

  void deliver(Detection detection, bool own) noexcept override;
  [[nodiscard]] bool wrote(std::uint64_t from, std::uint64_t to) const noexcept override {
    return map_.written(from, to) != 0;
  }

 private:
  /// What stands at the front of `from`, which follows what was written.
  [[nodiscard]] Escape next_escape(Bytes from, bool final) const noexcept;
  void take(const Escape& escape, Bytes from) noexcept;
  void write(std::uint8_t byte, std::uint32_t length, EncodingBits written, bool letters) noexcept;
  /// Bytes that stand for themselves.
  void write_plain(Bytes bytes) noexcept;
  void flush() noexcept;
  /// Hands on what the parent has had its say about, all of it if `all`.
  void release(bool all) noexcept;

  /// Bytes that are kept of a scanner's past, and more: so long both must have been the same to be the same.
  static constexpr std::uint64_t kIdleAfter = 512;

  Reading& parent_;
  SourceMap map_;
  std::array<std::uint8_t, kLongestEscape> hold_{};  ///< what may be the beginning of an escape
  std::size_t held_ = 0;
  Before before_;
  bool wrote_ = false;           ///< whether there was an escape at all
  EncodingBits dropped_ = 0;     ///< written before the next byte, standing for nothing
  std::uint64_t untouched_ = 0;  ///< bytes since the last escape
  std::array<std::uint8_t, kPiece + kLongestEscape> out_{};
  std::size_t out_count_ = 0;
  std::vector<Detection> waiting_;  ///< found here, until the parent has had its say
  Reading inner_;
};

}  // namespace bulkhead::reading
