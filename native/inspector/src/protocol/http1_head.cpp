#include "protocol/http1_head.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "protocol/characters.hpp"
#include "protocol/control_scan.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

struct Name {
  std::string_view text;
  FramingHeader header;
};
constexpr Name kNames[] = {{"content-length", FramingHeader::content_length},
                           {"content-encoding", FramingHeader::content_encoding},
                           {"transfer-encoding", FramingHeader::transfer_encoding}};
constexpr std::uint8_t kAllNames = (1U << std::size(kNames)) - 1;

/// True for a line start that cannot be a framing header, however written. A shortcut: false proves nothing.
bool does_not_matter(Bytes bytes, std::size_t at) noexcept {
  const std::uint8_t first = to_lower(bytes[at]);
  if (first < 'a' || first > 'z') return false;
  if (first != 'c' && first != 't') return true;
  constexpr std::string_view kContent = "content-", kTransfer = "transfer";
  if (bytes.size() - at <= kContent.size()) return false;
  std::uint64_t start, content, transfer;
  std::memcpy(&start, bytes.data() + at, sizeof start);
  std::memcpy(&content, kContent.data(), sizeof content);
  std::memcpy(&transfer, kTransfer.data(), sizeof transfer);
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const bool control = (((start - kEach * 0x20) & ~start) & (kEach * 0x80)) != 0;  // could hide in a name
  start |= kEach * 0x20;
  if (control || start == transfer) return false;
  if (start != content) return true;
  const std::uint8_t next = to_lower(bytes[at + kContent.size()]);
  return next > 0x20 && next != 'l' && next != 'e';
}

}  // namespace

void Http1Head::reset(bool response) noexcept {
  framing_ = {};
  start_line_.reset();
  start_ = {};
  value_.begin(FramingHeader::none, framing_);
  phase_ = Phase::leading;
  header_ = FramingHeader::none;
  kept_count_ = 0;
  response_ = response;
  colon_ = false;
  begin_line();
}

Http1Head::Result Http1Head::feed(Bytes bytes) noexcept {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (phase_ == Phase::line_start && !blanks_ && !folded_ && carriages_ == 0) at += enter_line(bytes, at);
    if (at == bytes.size()) break;
    if (phase_ == Phase::leading && !is_blank(bytes[at]) && bytes[at] != '\n') phase_ = Phase::start_line;
    if (phase_ == Phase::skip || phase_ == Phase::start_line) {
      const Bytes part = bytes.subspan(at, find_control(bytes, at) - at);
      at += part.size();
      const bool ends = at + 1 < bytes.size() && bytes[at] == '\r' && bytes[at + 1] == '\n';
      if (phase_ == Phase::start_line && ends && start_line_.empty()) {
        start_ = read_http1_start(text_of(part), response_);
      } else if (phase_ == Phase::start_line) {
        start_line_.add(part);
      }
      if (at == bytes.size()) break;
      if (ends) {
        end_line();
        at += 2;
        continue;
      }
    }
    const Outcome outcome = step(bytes[at++]);
    if (outcome != Outcome::need_more) return {outcome, at};
  }
  return {Outcome::need_more, at};
}

std::size_t Http1Head::enter_line(Bytes bytes, std::size_t at) noexcept {
  if (does_not_matter(bytes, at)) {
    header_ = FramingHeader::none;
    phase_ = Phase::skip;
    return 0;
  }
  for (const Name& known : kNames) {
    const std::size_t size = known.text.size();
    if (bytes.size() - at <= size || bytes[at + size] != ':') continue;
    if (!std::equal(known.text.begin(), known.text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char want, std::uint8_t is) { return want == static_cast<char>(to_lower(is)); }))
      continue;
    header_ = known.header;
    colon_ = true;
    value_.begin(header_, framing_);
    phase_ = Phase::value;
    return size + 1;
  }
  return 0;
}

Http1Head::Outcome Http1Head::step(std::uint8_t byte) noexcept {
  if (phase_ == Phase::carriage) {
    if (byte == '\n') {
      end_line();
      return Outcome::need_more;
    }
    if (byte == '\r') {
      carriages_ = 1;
      return Outcome::need_more;
    }
    // A bare CR ends the line for some clients, so what follows may be a header of its own; for the others it is
    // part of the line, whose framing has been read up to here.
    const bool several = carriages_ > 0;
    end_line();
    carriages_ = several ? 2 : 0;
  }
  switch (phase_) {
    case Phase::leading:
      return Outcome::need_more;  // only blanks come here
    case Phase::start_line:
    case Phase::skip:
      if (byte == '\n') {
        end_line();
      } else if (byte == '\r') {
        carriage();
      } else if (phase_ == Phase::start_line && byte != 0) {
        start_line_.add({&byte, 1});
      }
      return Outcome::need_more;
    case Phase::line_start:
      return line_start(byte);
    case Phase::name:
      name(byte);
      return Outcome::need_more;
    case Phase::after_name:
      after_name(byte);
      return Outcome::need_more;
    case Phase::value:
      if (byte == '\n') {
        end_line();
      } else if (byte == '\r') {
        carriage();
      } else {
        value_.step(byte, framing_);
      }
      return Outcome::need_more;
    case Phase::ahead:
      return ahead(byte);
    case Phase::carriage:
      break;  // left above
  }
  return Outcome::need_more;
}

void Http1Head::carriage() noexcept {
  before_carriage_ = phase_;
  carriages_ = 0;
  phase_ = Phase::carriage;
}

void Http1Head::begin_line() noexcept {
  blanks_ = folded_ = false;
  carriages_ = 0;
  position_ = 0;
  candidates_ = kAllNames;
}

void Http1Head::end_line() noexcept {
  const Phase phase = phase_ == Phase::carriage ? before_carriage_ : phase_;
  if (phase == Phase::start_line) {
    if (!start_line_.empty()) start_ = start_line_.read(response_);
    header_ = FramingHeader::none;
  } else if (phase == Phase::value) {
    value_.end_line(framing_);
  }
  begin_line();
  phase_ = Phase::line_start;
}

Http1Head::Outcome Http1Head::line_start(std::uint8_t byte) noexcept {
  if (byte == '\n') {
    if (!blanks_) return Outcome::complete;
    begin_line();
    kept_count_ = 0;
    phase_ = Phase::ahead;
    return Outcome::need_more;
  }
  if (is_blank(byte)) {
    blanks_ |= byte != '\r' || carriages_ > 0;
    if (byte == '\r' && carriages_ < 2) ++carriages_;
    folded_ |= byte == ' ' || byte == '\t';
    return Outcome::need_more;
  }
  if (folded_ && header_ != FramingHeader::none) {
    // More of the header above. Whether readers join the lines differs, and a length of two parts is no length.
    if (header_ != FramingHeader::content_encoding && (carriages_ > 0 || header_ == FramingHeader::content_length))
      framing_.doubtful = true;
    phase_ = colon_ ? Phase::value : Phase::after_name;
    return step(byte);
  }
  if (carriages_ >= 2) {
    begin_line();
    kept_count_ = 0;
    phase_ = Phase::ahead;
    return ahead(byte);
  }
  header_ = FramingHeader::none;
  colon_ = false;
  phase_ = Phase::name;
  name(byte);
  return Outcome::need_more;
}

void Http1Head::name(std::uint8_t byte) noexcept {
  if (byte == 0) return;  // some readers drop it
  const std::uint8_t lower = to_lower(byte);
  std::uint8_t left = 0;
  for (std::size_t i = 0; i < std::size(kNames); ++i)
    if ((candidates_ & (1U << i)) != 0 && kNames[i].text[position_] == static_cast<char>(lower))
      left = static_cast<std::uint8_t>(left | (1U << i));
  candidates_ = left;
  ++position_;
  if (left == 0) {
    phase_ = Phase::skip;
    step(byte);
    return;
  }
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if ((left & (1U << i)) == 0 || kNames[i].text.size() != position_) continue;
    header_ = kNames[i].header;
    colon_ = false;
    phase_ = Phase::after_name;
    return;
  }
}

void Http1Head::after_name(std::uint8_t byte) noexcept {
  if (byte == ':') {
    if (folded_ || carriages_ > 0 || blanks_) framing_.doubtful = true;
    colon_ = true;
    value_.begin(header_, framing_);
    phase_ = Phase::value;
    return;
  }
  if (byte == '\n') return end_line();
  if (byte == '\r') {
    carriage();
    return;
  }
  if (is_blank(byte)) {
    framing_.doubtful |= header_ != FramingHeader::content_encoding;
    return;
  }
  header_ = FramingHeader::none;
  phase_ = Phase::skip;
}

Http1Head::Outcome Http1Head::ahead(std::uint8_t byte) noexcept {
  const bool token = is_token_char(byte);
  if (kept_count_ == 0 && !token) {
    if (byte == '\n' || (is_blank(byte) && byte != 0)) {
      phase_ = Phase::line_start;
      return line_start(byte);
    }
    if (byte == ':') {
      phase_ = Phase::skip;
      return Outcome::need_more;
    }
  }
  kept_[kept_count_++] = byte;
  if (byte == ':') return go_on();
  if (token && kept_count_ < kKept) return Outcome::need_more;
  framing_.doubtful = true;
  return Outcome::body_was_begun;
}

Http1Head::Outcome Http1Head::go_on() noexcept {
  phase_ = Phase::line_start;
  for (std::uint8_t i = 0; i < kept_count_; ++i) step(kept_[i]);
  return Outcome::need_more;
}

}  // namespace bulkhead
