#include "codec/body_decoder.hpp"

#include <algorithm>
#include <cstring>

namespace bulkhead {
namespace {

constexpr std::uint8_t kGzipCheck = 8, kZlibCheck = 4;
/// Output that is always allowed, whatever the ratio: small bodies compress absurdly well.
constexpr std::uint64_t kFreeOutput = 1U << 20;

}  // namespace

BodyDecoder::~BodyDecoder() {
  for (Stage& stage : stages_) pool_.release(std::move(stage.inflater));
}

void BodyDecoder::feed(std::size_t index, Bytes bytes, Origin origin, const Outlet& out) noexcept {
  if (index == 0) input_ += bytes.size();
  if (index == kMaxStages) {
    if (!bottom_seen_ && !bytes.empty() && (bytes[0] == kGzipMagic[0] || bytes[0] == kZstdMagic[0])) out.raise(Exception::depth_limit, 0);
    bottom_seen_ = true;
    return out.write(bytes, origin);
  }
  while (!bytes.empty()) {
    Stage& stage = stages_[index];
    switch (stage.state) {
      case State::sniff:
        sniff(index, bytes, origin, out);
        break;
      case State::zlib_header:
        zlib_header(index, bytes, out);
        break;
      case State::text:
        text(index, bytes, origin, out);
        break;
      case State::gzip_header:
        gzip_header(index, bytes, out);
        break;
      case State::inflate:
        inflate(index, bytes, out);
        break;
      case State::check:
        check(index, bytes);
        break;
      case State::member:
        member(index, bytes, out);
        break;
      case State::rest:
        undecoded_ += bytes.size();
        return out.write(bytes, origin);
      case State::plain:
        return out.write(bytes, origin);
    }
  }
}

bool BodyDecoder::open_inflater(std::size_t index, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  stage.inflater = pool_.acquire();
  if (stage.inflater) return true;
  give_up(index, Exception::decode_budget, out);
  undecoded_ += stage.held;
  write_held(index, out);
  return false;
}

void BodyDecoder::remember(Stage& stage, Bytes bytes) noexcept {
  Inflater& inflater = *stage.inflater;
  if (inflater.taken < kProbation) {
    const std::size_t room = kProbation - static_cast<std::size_t>(inflater.taken);
    const std::size_t kept = std::min(room, bytes.size());
    std::memcpy(inflater.first.data() + inflater.taken, bytes.data(), kept);
  }
  inflater.taken += bytes.size();
}

bool BodyDecoder::open_unpacker(std::size_t index, const Outlet& out) noexcept {
  if (!open_inflater(index, out)) return false;
  Stage& stage = stages_[index];
  UnpackerMemory& memory = pool_.unpacker_memory;
  stage.inflater->unpacker = stage.format == Format::zstd     ? make_zstd_unpacker(memory)
                             : stage.format == Format::snappy ? make_snappy_unpacker(memory)
                             : stage.format == Format::lz4    ? make_lz4_unpacker(memory)
                             : stage.format == Format::sized_lz4 ? make_sized_lz4_unpacker(memory)
                                                                 : make_brotli_unpacker(memory);
  stage.state = State::inflate;
  if (stage.inflater->unpacker) return true;
  give_up(index, Exception::decode_budget, out);
  undecoded_ += stage.held;
  write_held(index, out);
  return false;
}

BodyDecoder::Step BodyDecoder::step(Stage& stage, Bytes& bytes, MutableBytes room, std::size_t& produced) noexcept {
  if (stage.inflater->unpacker) {
    switch (stage.inflater->unpacker->run(bytes, room, produced)) {
      case Unpacker::Result::more:
        return Step::more;
      case Unpacker::Result::end:
        return Step::end;
      case Unpacker::Result::corrupt:
        return Step::corrupt;
      case Unpacker::Result::no_memory:
        return Step::no_memory;
    }
  }
  z_stream& stream = stage.inflater->stream;
  const auto given = static_cast<uInt>(std::min<std::size_t>(bytes.size(), 1U << 30));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = given;
  stream.next_out = room.data();
  stream.avail_out = static_cast<uInt>(room.size());
  const int result = ::inflate(&stream, Z_NO_FLUSH);
  produced = room.size() - stream.avail_out;
  bytes = bytes.subspan(given - stream.avail_in);
  if (result == Z_STREAM_END) return Step::end;
  return result == Z_OK || result == Z_BUF_ERROR ? Step::more : Step::corrupt;
}

void BodyDecoder::inflate(std::size_t index, Bytes& bytes, const Outlet& out) noexcept {
  const MutableBytes buffer = pool_.buffer(index);
  const std::uint64_t budget = pool_.limits.bytes_per_body;
  // The inflater can go away in the recursion below only through this stage, which does not recurse into itself.
  Stage& stage = stages_[index];
  // Where the room is full, the decompressor may hold more than it wrote, of input that it has taken already.
  bool full = false;
  while (!bytes.empty() || full) {
    // Ends at fixed offsets of the output, so that limits do not depend on how the input was cut.
    const std::uint64_t boundary = kDecodeBuffer - output_ % kDecodeBuffer;
    const std::uint64_t left = budget + 1 - output_;
    const Bytes before = bytes;
    std::size_t produced = 0;
    const MutableBytes room = buffer.first(std::min(boundary, left));
    const Step result = step(stage, bytes, room, produced);
    const std::size_t consumed = before.size() - bytes.size();
    full = produced == room.size();
    remember(stage, before.first(consumed));
    output_ += produced;
    if (produced > 0) feed(index + 1, {buffer.data(), produced}, Origin::decoded, out);
    if (result == Step::end) {
      const bool checked = stage.format == Format::gzip || stage.format == Format::zlib;
      stage.check_left = stage.format == Format::gzip ? kGzipCheck : kZlibCheck;
      stage.state = checked ? State::check : State::member;
      return;
    }
    if (result == Step::corrupt) return corrupt(index, out);
    const bool too_dense = output_ > kFreeOutput && output_ % kDecodeBuffer == 0 &&
                           output_ / pool_.limits.ratio > input_;
    if (result == Step::no_memory || output_ > budget || too_dense)
      return give_up(index, Exception::decode_budget, out);
    if (!before.empty() && consumed == 0 && produced == 0) return corrupt(index, out);
  }
}

void BodyDecoder::check(std::size_t index, Bytes& bytes) noexcept {
  Stage& stage = stages_[index];
  const std::size_t taken = std::min<std::size_t>(stage.check_left, bytes.size());
  remember(stage, bytes.first(taken));
  stage.check_left = static_cast<std::uint8_t>(stage.check_left - taken);
  bytes = bytes.subspan(taken);
  if (stage.check_left == 0) stage.state = State::member;
}

void BodyDecoder::write_held(std::size_t index, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  out.write({stage.hold.data(), stage.held}, Origin::decoded);
  stage.held = 0;
}

void BodyDecoder::corrupt(std::size_t index, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  Inflater& inflater = *stage.inflater;
  if (inflater.taken > kProbation) return give_up(index, Exception::decode_error, out);
  finish_from(index + 1, out);
  out.close();
  if (stage.format != Format::raw) {
    out.raise(Exception::decode_error, 0);
    reason_ = Exception::decode_error;
  }
  stage.state = stage.format == Format::raw ? State::plain : State::rest;
  if (stage.state == State::rest) undecoded_ += inflater.taken;
  write_first(inflater, out);
  pool_.release(std::move(stage.inflater));
}

void BodyDecoder::write_first(const Inflater& inflater, const Outlet& out) noexcept {
  out.write({inflater.first.data(), static_cast<std::size_t>(inflater.taken)}, Origin::decoded);
}

void BodyDecoder::give_up(std::size_t index, Exception reason, const Outlet& out) noexcept {
  Stage& stage = stages_[index];
  finish_from(index + 1, out);
  out.close();
  out.raise(reason, 0);
  reason_ = reason;
  stage.state = State::rest;
  pool_.release(std::move(stage.inflater));
}

void BodyDecoder::finish_from(std::size_t index, const Outlet& out) noexcept {
  for (; index < kMaxStages; ++index) {
    Stage& stage = stages_[index];
    write_held(index, out);
    const bool raw = stage.state == State::inflate && stage.format == Format::raw;
    if (raw && stage.inflater->taken <= kProbation) {
      // Deflate that never came to its end, in so few bytes, may have been plain.
      out.close();
      write_first(*stage.inflater, out);
    } else if (stage.state == State::text && could_be_deflate(index)) {
      reread_as_deflate(index, out);
    }
    pool_.release(std::move(stage.inflater));
    stage = Stage{};
  }
}

void BodyDecoder::finish(const Outlet& out) noexcept {
  finish_from(0, out);
  if (undecoded_ > 0) out.raise(reason_, undecoded_);
  undecoded_ = 0;
}

void BodyDecoder::lose(const Outlet& out) noexcept {
  const bool decoding = stages_[0].inflater != nullptr;
  if (decoding) give_up(0, Exception::decode_error, out);
  finish_from(1, out);
  write_held(0, out);
  stages_[0].state = decoding || stages_[0].state == State::rest ? State::rest : State::plain;
}

}  // namespace bulkhead
