#include "reading/run.hpp"

#include <algorithm>

#include "reading/chain.hpp"

namespace bulkhead::reading {
namespace {

/// A control character counts so much, and is made good by as many printable ones. Twelve of them close together are no
/// text: a hundred random bytes have as many.
constexpr std::uint16_t kControl = 8, kTooBinary = 12 * kControl;

}  // namespace

Run::Run(Workings& workings, Reading& parent, unsigned depth, const std::shared_ptr<const Program>& program,
         const RunStart& start, std::uint64_t offset) noexcept
    : workings_(workings),
      parent_(parent),
      encoding_(start.encoding),
      offset_(offset),
      source_(offset),
      inner_(workings, this, ContentScanner(program), depth + (start.compressed ? 1 : 0)) {
  inner_.begin({});
  map_.start(0, offset);
  // One claimed encoding: zlib has too short a magic number to be looked for unasked.
  if (start.compressed) unpacker_ = std::make_unique<BodyDecoder>(workings.decoders, std::uint8_t{1});
}

bool Run::feed(Bytes bytes) noexcept {
  for (const std::uint8_t byte : bytes) {
    if (take(byte) == Step::over) {
      end();
      return false;
    }
    ++source_;
    if (workings_.exhausted) {
      end();
      return false;
    }
  }
  flush();
  return !workings_.exhausted;
}

Run::Step Run::take(std::uint8_t byte) noexcept {
  ++source_length_;
  if (escaped_) {
    escaped_ = false;
    if (byte == 'n' || byte == 'r') return Step::next;
    if (byte != '/') return Step::over;
  } else if (byte == '\\') {
    escaped_ = true;
    return Step::next;
  } else if (byte == '\r' || byte == '\n') {
    return Step::next;
  }
  if (byte == '=' && encoding_ == Encoding::base64) {
    bits_ = bit_count_ = 0;
    return Step::next;
  }
  const int value = encoding_ == Encoding::base64 ? base64_value(byte) : hex_value(byte);
  if (value < 0) return Step::over;
  const std::uint8_t width = encoding_ == Encoding::base64 ? 6 : 4;
  bits_ = bits_ << width | static_cast<std::uint32_t>(value);
  bit_count_ = static_cast<std::uint8_t>(bit_count_ + width);
  if (bit_count_ < 8) return Step::next;
  bit_count_ = static_cast<std::uint8_t>(bit_count_ - 8);
  return write(static_cast<std::uint8_t>(bits_ >> bit_count_)) ? Step::next : Step::over;
}

bool Run::write(std::uint8_t byte) noexcept {
  if (unpacker_ == nullptr) {
    const bool control = (byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\n' && byte != 0) || byte == 0x7f;
    if (control) {
      binary_ = static_cast<std::uint16_t>(binary_ + kControl);
      if (binary_ >= kTooBinary) return false;
    } else if (byte < 0x80 && byte != 0 && binary_ > 0) {
      --binary_;
    }
  }
  map_.add(source_length_, bit_of(encoding_), true);
  source_length_ = 0;
  out_[out_count_++] = byte;
  if (out_count_ == out_.size()) flush();
  return true;
}

void Run::flush() noexcept {
  if (out_count_ == 0) return;
  const Bytes bytes{out_.data(), out_count_};
  out_count_ = 0;
  if (unpacker_ == nullptr) return inner_.scan(bytes);
  unpacker_->feed(bytes, Origin::decoded, Outlet{Direction::request, field_, *this});
}

void Run::end() noexcept {
  if (ended_) return;
  ended_ = true;
  flush();
  if (unpacker_ != nullptr) unpacker_->finish(Outlet{Direction::request, field_, *this});
  inner_.end();
}

void Run::content(Direction, Bytes bytes, Origin) noexcept {
  if (workings_.exhausted) return;
  if (!workings_.spend(bytes.size())) return workings_.exhaust();
  inner_.scan(bytes);
}

void Run::not_inspected(Direction, Exception reason, std::uint64_t bytes) noexcept {
  // What looked like the beginning of compressed data, and was letters: nobody said it was compressed.
  if (reason == Exception::decode_error) return;
  workings_.sink->not_decoded(reason, bytes);
}

void Run::deliver(Detection detection, bool) noexcept {
  detection.in_place = false;
  if (unpacker_ != nullptr) {
    detection.offset = offset_;
    detection.length = static_cast<std::uint32_t>(source_ - offset_);
    prepend(detection.encodings, bit_of(Encoding::compressed));
  } else {
    const std::uint64_t from = detection.offset, to = from + detection.length;
    detection.offset = map_.source_of(from);
    detection.length = static_cast<std::uint32_t>(map_.source_of(to) - detection.offset);
  }
  prepend(detection.encodings, bit_of(encoding_));
  parent_.pass(detection, false);
}

}  // namespace bulkhead::reading
