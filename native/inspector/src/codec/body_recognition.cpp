#include <algorithm>

#include "codec/body_decoder.hpp"

// How a stage finds out what it was given.

namespace bulkhead {
namespace {

bool is_zlib_header(std::uint8_t method, std::uint8_t flags) noexcept {
  const bool deflate = (method & 0x0f) == 8 && (method >> 4) <= 7;
  const bool dictionary = (flags & 0x20) != 0;
  return deflate && !dictionary && ((method << 8) | flags) % 31 == 0;
}

}  // namespace

std::optional<BodyDecoder::Format> BodyDecoder::magic(Stage& stage, Bytes& bytes) noexcept {
  while (!bytes.empty()) {
    const std::uint8_t first = stage.held > 0 ? stage.hold[0] : bytes[0];
    const bool zstd = first == kZstdMagic[0];
    const std::size_t size = zstd ? sizeof kZstdMagic : sizeof kGzipMagic;
    if (bytes[0] != (zstd ? kZstdMagic : kGzipMagic)[stage.held]) return {};
    stage.hold[stage.held++] = bytes[0];
    bytes = bytes.subspan(1);
    if (stage.held == size) return zstd ? Format::zstd : Format::gzip;
  }
  return {};
}

void BodyDecoder::sniff(std::size_t index, Bytes& bytes, Origin origin, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  if (packing_ != Packing::by_magic) {
    stage.format = packing_ == Packing::zstd     ? Format::zstd
                   : packing_ == Packing::snappy ? Format::snappy
                   : packing_ == Packing::lz4    ? Format::lz4
                                                 : Format::sized_lz4;
    packing_ = Packing::by_magic;
    (void)open_unpacker(index, out);
    return;
  }
  const std::uint8_t held_before = stage.held;
  const Bytes before = bytes;
  if (const std::optional<Format> found = magic(stage, bytes)) {
    stage.format = *found;
    stage.header = {};
    if (found == Format::gzip && claimed_ > 0) --claimed_;
    if (found == Format::zstd) {
      if (!open_unpacker(index, out)) return;
      return feed_held(index, out);
    }
    if (!open_inflater(index, out)) return;
    stage.state = State::gzip_header;
    remember(stage, {stage.hold.data(), stage.held});
    stage.held = 0;
    return;
  }
  if (bytes.empty()) return;
  // Neither. Bytes of this very span are given back, so that plain content stays in place.
  bytes = before;
  stage.held = held_before;
  if (brotli_ > 0) {
    --brotli_;
    stage.format = Format::brotli;
    if (open_unpacker(index, out)) feed_held(index, out);
    return;
  }
  if (claimed_ > 0) {
    stage.state = State::zlib_header;
    return;
  }
  stage.state = State::plain;
  write_held(index, out);
  out.write(bytes, origin);
  bytes = {};
}

void BodyDecoder::feed_held(std::size_t index, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  const std::array<std::uint8_t, 4> hold = stage.hold;
  const Bytes held{hold.data(), stage.held};
  stage.held = 0;
  feed(index, held, Origin::decoded, out);
}

void BodyDecoder::zlib_header(std::size_t index, Bytes& bytes, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  if (stage.held == 0 && bytes.size() >= 2 && !is_zlib_header(bytes[0], bytes[1]))
    return begin_deflate(index, Format::raw, out);  // takes nothing, so that plain content stays in place
  while (stage.held < 2 && !bytes.empty()) {
    stage.hold[stage.held++] = bytes[0];
    bytes = bytes.subspan(1);
  }
  if (stage.held < 2) return;
  begin_deflate(index, is_zlib_header(stage.hold[0], stage.hold[1]) ? Format::zlib : Format::raw, out);
}

void BodyDecoder::begin_deflate(std::size_t index, Format format, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  --claimed_;
  stage.format = format;
  if (!open_inflater(index, out)) return;
  const std::array<std::uint8_t, 4> head = stage.hold;
  const Bytes held{head.data(), stage.held};
  stage.held = 0;
  if (format == Format::zlib) {
    stage.state = State::inflate;
    return remember(stage, held);
  }
  stage.state = State::text;
  stage.utf8 = {};
  feed(index, held, Origin::decoded, out);
}

void BodyDecoder::text(std::size_t index, Bytes& bytes, Origin origin, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  const std::size_t room = kProbation - static_cast<std::size_t>(stage.inflater->taken);
  const std::size_t most = std::min(room, bytes.size());
  std::size_t taken = 0;
  while (taken < most && stage.utf8.step(bytes[taken])) ++taken;
  out.write(bytes.first(taken), origin);
  remember(stage, bytes.first(taken));
  bytes = bytes.subspan(taken);
  if (taken == most && taken < room) return;
  if (could_be_deflate(index)) return reread_as_deflate(index, out);
  pool_.release(std::move(stage.inflater));
  stage.state = State::plain;
}

bool BodyDecoder::could_be_deflate(std::size_t index) noexcept {
  const MutableBytes buffer = pool_.buffer(index);
  Inflater& inflater = *stages_[index].inflater;
  z_stream& stream = inflater.stream;
  stream.next_in = inflater.first.data();
  stream.avail_in = static_cast<uInt>(inflater.taken);
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = buffer.data();
    stream.avail_out = static_cast<uInt>(buffer.size());
    result = ::inflate(&stream, Z_NO_FLUSH);
  }
  const bool all_taken = stream.avail_in == 0;
  inflateReset(&stream);
  return all_taken && (result == Z_BUF_ERROR || result == Z_STREAM_END);
}

void BodyDecoder::reread_as_deflate(std::size_t index, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  const std::array<std::uint8_t, kProbation> first = stage.inflater->first;
  const Bytes seen{first.data(), static_cast<std::size_t>(stage.inflater->taken)};
  stage.inflater->taken = 0;
  stage.state = State::inflate;
  out.close();
  feed(index, seen, Origin::decoded, out);
}

void BodyDecoder::gzip_header(std::size_t index, Bytes& bytes, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  // Name and comment may carry anything: those of the first member are a field of their own in front of the content.
  // Those of a later member would tear the content apart, so they are only counted.
  const bool first_member = stage.inflater->stream.total_out == 0 && output_ == 0;
  std::size_t taken = 0;
  bool over = false;
  while (!over && taken < bytes.size()) {
    const bool text = stage.header.in_text();
    over = stage.header.step(bytes[taken++]);
    if (text && first_member) out.write(bytes.subspan(taken - 1, 1), Origin::decoded);
    if (text && !first_member) ++undecoded_;
  }
  if (over && first_member) out.close();
  remember(stage, bytes.first(taken));
  bytes = bytes.subspan(taken);
  if (over) stage.state = State::inflate;
}

void BodyDecoder::member(std::size_t index, Bytes& bytes, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  if (stage.format == Format::gzip || stage.format == Format::zstd) {
    const std::uint8_t held_before = stage.held;
    const Bytes before = bytes;
    const std::optional<Format> found = magic(stage, bytes);
    if (found == stage.format && found == Format::zstd) {
      stage.state = State::inflate;
      return feed_held(index, out);
    }
    if (found == Format::gzip && found == stage.format) {
      remember(stage, {stage.hold.data(), stage.held});
      stage.held = 0;
      stage.header = {};
      stage.state = inflateReset(&stage.inflater->stream) == Z_OK ? State::gzip_header : State::rest;
      return;
    }
    if (!found && bytes.empty()) return;
    bytes = before;
    stage.held = held_before;
  }
  // Junk behind the data. A stream that "ended" in its first bytes and goes on was hardly one: show it all.
  Inflater& inflater = *stage.inflater;
  finish_from(index + 1, out);
  out.close();
  if (stage.format == Format::raw && inflater.taken <= kProbation) write_first(inflater, out);
  pool_.release(std::move(stage.inflater));
  write_held(index, out);
  stage.state = State::plain;
}

}  // namespace bulkhead
