#include "reading/escapes.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "detect/field_view.hpp"
#include "reading/chain.hpp"
#include "reading/plain_length.hpp"
#include "reading/text_around.hpp"

namespace bulkhead::reading {

Escapes::Escapes(Workings& workings, Reading& parent, unsigned depth, std::uint8_t before) noexcept
    : parent_(parent),
      before_{before, 0},
      inner_(workings, this, parent.scanner().fork(), depth) {
  const std::uint64_t offset = parent.scanner().field_offset();
  map_.start(offset, offset);
  inner_.attend_from(std::numeric_limits<std::uint64_t>::max());
}

void Escapes::feed(Bytes bytes) noexcept {
  while (!bytes.empty()) {
    if (held_ == 0) {
      const std::size_t plain = plain_length(bytes, before_.byte);
      write_plain(bytes.first(plain));
      bytes = bytes.subspan(plain);
      if (bytes.empty()) break;
      const Escape escape = next_escape(bytes, bytes.size() >= kLongestEscape);
      if (escape.state == Escape::State::partial) {
        std::memcpy(hold_.data(), bytes.data(), bytes.size());
        held_ = bytes.size();
        break;
      }
      take(escape, bytes);
      bytes = bytes.subspan(escape.state == Escape::State::found ? escape.length : 1);
      continue;
    }
    const std::size_t added = std::min(kLongestEscape - held_, bytes.size());
    std::memcpy(hold_.data() + held_, bytes.data(), added);
    const std::size_t have = held_ + added;
    const Escape escape = next_escape({hold_.data(), have}, have == kLongestEscape);
    if (escape.state == Escape::State::partial) {
      held_ = have;
      break;
    }
    take(escape, {hold_.data(), have});
    const std::size_t taken = escape.state == Escape::State::found ? escape.length : 1;
    if (taken >= held_) {
      bytes = bytes.subspan(taken - held_);
      held_ = 0;
    } else {
      held_ -= taken;
      std::memmove(hold_.data(), hold_.data() + taken, held_);
    }
  }
  flush();
  release(false);
}

Escape Escapes::next_escape(Bytes from, bool final) const noexcept {
  Escape escape = escape_at(from, before_, final);
  if (!needs_text(escape, before_)) return escape;
  std::array<std::uint8_t, kTextAroundBytes> room;
  const Bytes written{out_.data(), out_count_};
  Bytes before = written.last(std::min(written.size(), room.size()));
  if (before.size() < room.size()) {
    const ContentScanner& scanner = inner_.scanner();
    const Bytes known = scanner.last_bytes();
    const auto flushed = static_cast<std::ptrdiff_t>(std::min({room.size() - before.size(), known.size(),
                                                               static_cast<std::size_t>(scanner.field_offset())}));
    const auto end = std::copy(known.end() - flushed, known.end(), room.begin());
    std::copy(before.begin(), before.end(), end);
    before = {room.data(), static_cast<std::size_t>(flushed) + before.size()};
  }
  return if_in_text(escape, before, from, final);
}

void Escapes::take(const Escape& escape, Bytes from) noexcept {
  if (escape.state != Escape::State::found) return write(from[0], 1, 0, false);
  if (!wrote_) inner_.attend_from(map_.decoded());
  wrote_ = true;
  const Bytes source = from.first(escape.length);
  const auto is_letter = [](std::uint8_t byte) { return detect::is(byte, detect::kAlnum); };
  // A letter that stands for one of another block cannot be overwritten as one.
  const bool letters = std::any_of(source.begin(), source.end(), is_letter) || (escape.size > 0 && is_letter(escape.byte));
  if (escape.size > 0) return write(escape.byte, escape.length, bit_of(escape.encoding), letters);
  map_.drop(escape.length, bit_of(escape.encoding), letters);
  dropped_ |= bit_of(escape.encoding);
  untouched_ = 0;
}

void Escapes::write(std::uint8_t byte, std::uint32_t length, EncodingBits written, bool letters) noexcept {
  map_.add(length, written, letters);
  before_ = {byte, static_cast<EncodingBits>(written | dropped_)};
  untouched_ = before_.written != 0 ? 0 : untouched_ + 1;
  dropped_ = 0;
  out_[out_count_++] = byte;
  if (out_count_ == out_.size()) flush();
}

void Escapes::write_plain(Bytes bytes) noexcept {
  if (bytes.empty()) return;
  if (dropped_ != 0) {
    write(bytes[0], 1, 0, false);
    return write_plain(bytes.subspan(1));
  }
  before_ = {bytes.back(), 0};
  untouched_ += bytes.size();
  while (!bytes.empty()) {
    const Bytes part = bytes.first(std::min(bytes.size(), out_.size() - out_count_));
    std::memcpy(out_.data() + out_count_, part.data(), part.size());
    map_.add_plain(part.size());
    out_count_ += part.size();
    bytes = bytes.subspan(part.size());
    if (out_count_ == out_.size()) flush();
  }
}

void Escapes::flush() noexcept {
  if (out_count_ == 0) return;
  const std::size_t count = out_count_;
  out_count_ = 0;
  inner_.scan({out_.data(), count});
}

void Escapes::provisional_end() noexcept {
  inner_.provisional_end();
  release(true);
}

void Escapes::end() noexcept {
  while (held_ > 0) {
    const Escape escape = next_escape({hold_.data(), held_}, true);
    take(escape, {hold_.data(), held_});
    const std::size_t taken = escape.state == Escape::State::found ? escape.length : 1;
    held_ -= taken;
    std::memmove(hold_.data(), hold_.data() + taken, held_);
  }
  flush();
  inner_.end();
  release(true);
}

bool Escapes::idle() const noexcept {
  if (held_ > 0 || !waiting_.empty() || inner_.has_decoding()) return false;
  if (!wrote_) return true;
  const ContentScanner& mine = inner_.scanner();
  const ContentScanner& other = parent_.scanner();
  if (untouched_ < kIdleAfter || other.field_offset() % kPiece != 0) return false;
  return mine.field_offset() - mine.decided() == other.field_offset() - other.decided();
}

void Escapes::deliver(Detection detection, bool own) noexcept {
  const std::uint64_t from = detection.offset, to = from + detection.length;
  // What stands right in front decides whether a datum is seen at all, what is farther away what it means.
  EncodingBits written = map_.written(from > 0 ? from - 1 : 0, to);
  const std::uint64_t look_back = own ? detect::kLookBack : kRunHint;
  if (written == 0) written = map_.written(from > look_back ? from - look_back : 0, from);
  // Of what is behind, the nearest: how much of it has come already depends on the cuts. A run is over where it is over.
  if (written == 0 && own) written = map_.first_written(to, to + detect::kLookAhead);
  if (written == 0) return;  // the parent sees the same
  detection.in_place = detection.in_place && map_.in_place(from, to);
  prepend(detection.encodings, written);
  detection.offset = map_.source_of(from);
  detection.length = static_cast<std::uint32_t>(map_.source_of(to) - detection.offset);
  if (!own) return parent_.pass(detection, false);
  waiting_.push_back(detection);
}

void Escapes::release(bool all) noexcept {
  if (waiting_.empty()) return;
  const std::uint64_t decided = parent_.scanner().decided();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (!all && waiting_[i].offset + waiting_[i].length >= decided) {
      if (kept != i) waiting_[kept] = waiting_[i];
      ++kept;
      continue;
    }
    if (parent_.found() == nullptr || !parent_.found()->has(waiting_[i])) parent_.pass(waiting_[i], false);
  }
  waiting_.resize(kept);
}

}  // namespace bulkhead::reading
