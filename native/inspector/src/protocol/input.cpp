#include "protocol/input.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace bulkhead {
namespace {

constexpr std::size_t kLongestNumber = 10;

std::size_t varint_size(Bytes so_far) noexcept {
  const bool last = so_far.back() < 0x80 || so_far.size() == kLongestNumber;
  return last ? so_far.size() : 0;
}

std::uint64_t varint_value(Bytes number) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < number.size(); ++i) value |= std::uint64_t{number[i] & 0x7fU} << (7 * i);
  return value;
}

}  // namespace

std::uint64_t Input::big(Bytes number) noexcept {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : number) value = value << 8 | byte;
  return value;
}

std::uint64_t Input::little(Bytes number) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = number.size(); i > 0; --i) value = value << 8 | number[i - 1];
  return value;
}

Input::Wait<std::uint64_t> Input::number(Sizer sizer, Decoder decoder) noexcept {
  sizer_ = sizer;
  decoder_ = decoder;
  return ask<std::uint64_t>(Kind::sized, 1);
}

Input::Wait<std::uint64_t> Input::varint() noexcept { return number(varint_size, varint_value); }

Input::Wait<bool> Input::until(std::uint8_t a, std::uint8_t b) noexcept {
  stop_[0] = a;
  stop_[1] = b;
  return ask<bool>(Kind::until, 0);
}

Input::Wait<bool> Input::word_until(std::uint8_t a, std::uint8_t b) noexcept {
  stop_[0] = a;
  stop_[1] = b;
  return ask<bool>(Kind::word_until, kKept);
}

Input::Wait<bool> Input::through(std::uint64_t count, Consumer& consumer) noexcept {
  consumer_ = &consumer;
  return ask<bool>(Kind::through, count);
}

void Input::set_key(std::string_view key) noexcept {
  key_count_ = static_cast<std::uint8_t>(std::min(key.size(), key_.size()));
  std::memmove(key_.data(), key.data(), key_count_);
}

void Input::write(std::string_view text) noexcept {
  out_->write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, Origin::decoded);
}

void Input::write_number(std::uint64_t number, bool negative) noexcept {
  char digits[24];
  digits[0] = '-';
  const auto end = std::to_chars(digits + 1, digits + sizeof digits, number).ptr;
  const char* const begin = negative ? digits : digits + 1;
  write({begin, static_cast<std::size_t>(end - begin)});
}

void Input::give(Bytes bytes, Origin origin, const Outlet& out) noexcept {
  now_ = bytes;
  origin_ = origin;
  out_ = &out;
}

void Input::keep(Bytes bytes) noexcept {
  const std::size_t count = std::min(bytes.size(), kKept - kept_count_);
  if (count > 0) std::memcpy(kept_.data() + kept_count_, bytes.data(), count);
  kept_count_ = static_cast<std::uint8_t>(kept_count_ + count);
}

void Input::drop(std::size_t count) noexcept {
  now_ = now_.subspan(count);
  if (frame_ != kNoFrame) frame_ -= count;
}

bool Input::cut_short() noexcept {
  if (frame_ != 0) return false;
  ok_ = false;
  return true;
}

bool Input::progress() noexcept {
  switch (kind_) {
    case Kind::none:
      return true;
    case Kind::fixed:
    case Kind::sized:
      return number_step();
    case Kind::skip:
    case Kind::content:
    case Kind::word:
    case Kind::through:
      return counted_step();
    case Kind::until:
    case Kind::word_until:
      return until_step();
    case Kind::peek:
      if (has_put_back_) return value_ = put_back_, true;
      if (frame_ == 0) return value_ = 256, true;
      if (now_.empty()) return false;
      value_ = now_[0];
      return true;
    case Kind::ahead:
      return ahead_step();
    case Kind::part:
      return part_step();
  }
  return true;
}

bool Input::number_step() noexcept {
  if (has_put_back_) keep({&put_back_, 1});
  has_put_back_ = false;
  if (kind_ == Kind::fixed && kept_count_ == 0 && now_.size() >= wanted_ && frame_ >= wanted_) {
    const auto size = static_cast<std::size_t>(wanted_);
    keep(now_.first(size));
    value_ = decoder_(now_.first(size));
    drop(size);
    return true;
  }
  const Bytes so_far{reinterpret_cast<const std::uint8_t*>(kept_.data()), 0};
  for (;;) {
    const Bytes held{so_far.data(), kept_count_};
    const std::size_t size = kind_ == Kind::fixed ? static_cast<std::size_t>(wanted_) : held.empty() ? 0 : sizer_(held);
    if (size > 0 && held.size() >= size) {
      value_ = decoder_(held);
      return true;
    }
    if (cut_short()) return value_ = 0, true;
    if (now_.empty()) return false;
    keep(now_.first(1));
    drop(1);
  }
}

bool Input::counted_step() noexcept {
  const auto there = static_cast<std::size_t>(std::min<std::uint64_t>({wanted_, now_.size(), frame_}));
  const Bytes part = now_.first(there);
  if (kind_ == Kind::content || kind_ == Kind::word) keep(part);
  if (kind_ == Kind::content) {
    out_->write(part, origin_);
    if (listener_ != nullptr) listener_->hear(part);
  }
  drop(there);
  wanted_ -= there;
  if (kind_ == Kind::through && there > 0) consumer_->take(part, origin_, *out_);
  return wanted_ == 0 || cut_short();
}

bool Input::until_step() noexcept {
  const bool word = kind_ == Kind::word_until;
  const std::uint64_t most = word ? std::min<std::uint64_t>(frame_, kKept - kept_count_) : frame_;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(now_.size(), most));
  const std::uint8_t* const from = now_.data();
  std::size_t length = size;
  for (const std::uint8_t stop : stop_) {
    if (length == 0) break;
    const void* const found = std::memchr(from, stop, length);
    if (found != nullptr) length = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - from);
  }
  const bool found = length < size;
  keep(now_.first(length));
  if (!word) {
    out_->write(now_.first(length), origin_);
    if (listener_ != nullptr) listener_->hear(now_.first(length));
  }
  drop(length);
  if (found || (word && kept_count_ == kKept)) return true;
  return cut_short();
}

bool Input::ahead_step() noexcept {
  const std::uint8_t taken = kept_count_;
  const std::uint64_t wanted = std::min<std::uint64_t>(2 - taken, frame_);
  value_ = taken;
  keep(now_.first(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, now_.size()))));
  if (kept_count_ - taken == static_cast<int>(wanted)) return true;
  drop(kept_count_ - taken);
  return false;
}

bool Input::part_step() noexcept {
  if (now_.empty()) return false;
  const PartConsumer::Taken taken = part_->take_part(now_, origin_, *out_);
  drop(taken.size);
  return taken.over;
}

bool Input::lose(std::uint64_t bytes) noexcept {
  if (kind_ != Kind::content && kind_ != Kind::skip && kind_ != Kind::through) return false;
  if (bytes > wanted_ || bytes > frame_) return false;
  if (kind_ == Kind::through && !consumer_->lose(bytes)) return false;
  if (kind_ == Kind::content && listener_ != nullptr) listener_->miss();
  wanted_ -= bytes;
  if (frame_ != kNoFrame) frame_ -= bytes;
  return true;
}

Bytes Input::held() const noexcept {
  switch (kind_) {
    case Kind::fixed:
    case Kind::sized:
    case Kind::word:
    case Kind::word_until:
    case Kind::ahead:
      return {reinterpret_cast<const std::uint8_t*>(kept_.data()), kept_count_};
    default:
      return {};
  }
}

}  // namespace bulkhead
