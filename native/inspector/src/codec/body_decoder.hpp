#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "codec/decode_pool.hpp"
#include "codec/field_writer.hpp"
#include "codec/gzip_header.hpp"
#include "codec/utf8_text.hpp"

namespace bulkhead {

/// Takes the encodings off one body, streaming, and writes what is found into fields.
///
/// It believes the bytes more than the header. gzip and zstd are known by their magic wherever they stand. Brotli has
/// none and is tried where it is claimed. Where the message claims some other compression, deflate is tried, with or without the zlib header; but what reads as text is written as text at
/// once, and tried only when it stops doing so. What fails in its first bytes is plain after all. Checksums are not
/// verified: clients do not insist on them either.
///
/// Corrupt data (`decode_error`), too much output (`decode_budget`) and too many levels (`depth_limit`) are raised, and
/// the rest of the body is written undecoded in a field of its own.
class BodyDecoder {
 public:
  /// `claimed`: encodings the message names that could be deflate; `brotli`: how often it names brotli; `packing`: what the
  /// body surely is.
  BodyDecoder(DecodePool& pool, std::uint8_t claimed, std::uint8_t brotli = 0,
              Packing packing = Packing::by_magic) noexcept
      : pool_(pool), claimed_(claimed), brotli_(brotli), packing_(packing) {}
  ~BodyDecoder();
  BodyDecoder(const BodyDecoder&) = delete;
  BodyDecoder& operator=(const BodyDecoder&) = delete;

  void feed(Bytes bytes, Origin origin, const Outlet& out) noexcept { feed(0, bytes, origin, out); }
  /// The body is over: writes the bytes that still wait to be recognised.
  void finish(const Outlet& out) noexcept;
  /// Bytes of the body are missing.
  void lose(const Outlet& out) noexcept;

 private:
  enum class State : std::uint8_t {
    sniff,        ///< is it gzip or zstd?
    zlib_header,  ///< deflate claimed: with a zlib header or without?
    text,         ///< deflate claimed, but so far it reads as text
    gzip_header,
    inflate,
    check,        ///< the checksum behind the compressed data
    member,       ///< is there another gzip member, another zstd frame?
    plain,        ///< what comes is content
    rest,         ///< what comes is content, but encoded: a decoder gave up
  };
  enum class Format : std::uint8_t { gzip, zlib, raw, zstd, brotli, snappy, lz4, sized_lz4 };
  struct Stage {
    State state = State::sniff;
    Format format = Format::gzip;
    std::uint8_t held = 0;
    std::uint8_t check_left = 0;
    std::array<std::uint8_t, 4> hold{};
    GzipHeader header;
    Utf8Text utf8;
    std::unique_ptr<Inflater> inflater;
  };

  void feed(std::size_t index, Bytes bytes, Origin origin, const Outlet& out) noexcept;
  /// Each handler takes what it can from the front of `bytes`.
  void sniff(std::size_t index, Bytes& bytes, Origin origin, const Outlet& out) noexcept;
  void zlib_header(std::size_t index, Bytes& bytes, const Outlet& out) noexcept;
  void text(std::size_t index, Bytes& bytes, Origin origin, const Outlet& out) noexcept;
  void gzip_header(std::size_t index, Bytes& bytes, const Outlet& out) noexcept;
  void inflate(std::size_t index, Bytes& bytes, const Outlet& out) noexcept;
  void check(std::size_t index, Bytes& bytes) noexcept;
  void member(std::size_t index, Bytes& bytes, const Outlet& out) noexcept;

  /// Whether what a text stage has seen could be compressed data.
  bool could_be_deflate(std::size_t index) noexcept;
  /// Takes what a text stage has seen for compressed data after all.
  void reread_as_deflate(std::size_t index, const Outlet& out) noexcept;
  void write_first(const Inflater& inflater, const Outlet& out) noexcept;
  bool open_inflater(std::size_t index, const Outlet& out) noexcept;
  /// Gives the stage the bytes it held back, now that it knows what they are.
  void feed_held(std::size_t index, const Outlet& out) noexcept;
  bool open_unpacker(std::size_t index, const Outlet& out) noexcept;
  /// Takes from `bytes` what continues a magic number held so far; which one it is when it is whole.
  std::optional<Format> magic(Stage& stage, Bytes& bytes) noexcept;
  enum class Step : std::uint8_t { more, end, corrupt, no_memory };
  /// Runs the stage's decompressor once.
  Step step(Stage& stage, Bytes& bytes, MutableBytes room, std::size_t& produced) noexcept;
  void begin_deflate(std::size_t index, Format format, const Outlet& out) noexcept;
  void write_held(std::size_t index, const Outlet& out) noexcept;
  void give_up(std::size_t index, Exception reason, const Outlet& out) noexcept;
  void corrupt(std::size_t index, const Outlet& out) noexcept;
  void finish_from(std::size_t index, const Outlet& out) noexcept;
  void remember(Stage& stage, Bytes bytes) noexcept;

  DecodePool& pool_;
  std::uint64_t input_ = 0;
  std::uint64_t output_ = 0;  ///< of all stages together
  std::uint64_t undecoded_ = 0;
  Exception reason_ = Exception::decode_error;
  std::uint8_t claimed_;
  std::uint8_t brotli_;
  Packing packing_;
  bool bottom_seen_ = false;  ///< content came out of the last stage
  std::array<Stage, kMaxStages> stages_;
};

}  // namespace bulkhead
