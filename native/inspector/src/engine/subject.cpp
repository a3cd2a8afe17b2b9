#include "engine/subject.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "engine/subject_text.hpp"

namespace bulkhead {
namespace {

bool is_statement(Protocol protocol) noexcept {
  return protocol == Protocol::postgresql || protocol == Protocol::mysql || protocol == Protocol::cassandra;
}

bool begins_request(const Field& field) noexcept {
  if (field.location == Location::head)
    return field.protocol == Protocol::http1 || field.protocol == Protocol::http2 || field.protocol == Protocol::grpc;
  return field.location == Location::command && (is_statement(field.protocol) || field.protocol == Protocol::redis);
}

}  // namespace

std::size_t SubjectMemo::of(std::string_view head, std::array<char, kMaxSubject>& out) noexcept {
  if (head != std::string_view(head_.data(), head_size_)) {
    head_size_ = std::min(head.size(), head_.size());
    std::copy_n(head.begin(), head_size_, head_.begin());
    size_ = request_subject(head, subject_);
  }
  std::copy_n(subject_.begin(), size_, out.begin());
  return size_;
}

void SubjectKeeper::begin(Direction direction, const Field& field) noexcept {
  if (direction != Direction::request) return;
  open_ = fresh_ = begins_request(field);
  if (open_) next_ = field.protocol;
}

void SubjectKeeper::content(Bytes bytes) noexcept {
  if (fresh_) {
    fresh_ = false;
    // Behind a header that is a field of its own, the rest of an HTTP/2 head goes on without the pseudo-headers.
    const bool goes_on = (next_ == Protocol::http2 || next_ == Protocol::grpc) && bytes.front() != ':';
    open_ = !goes_on;
    if (!open_) return;
    protocol_ = next_;
    size_ = 0;
  }
  bytes = bytes.first(std::min<std::size_t>(bytes.size(), kKeptOfRequest - size_));
  if (protocol_ == Protocol::http1) {
    const auto line = std::find(bytes.begin(), bytes.end(), std::uint8_t{'\n'});
    if (line != bytes.end()) open_ = false;
    bytes = bytes.first(static_cast<std::size_t>(line - bytes.begin()));
  }
  keep(bytes);
  if (size_ == kKeptOfRequest) open_ = false;
}

void SubjectKeeper::keep(Bytes bytes) noexcept {
  constexpr std::size_t kStep = 32;
  const std::size_t size = size_ + bytes.size();
  if (size > capacity_) {
    const std::size_t capacity = (size + kStep - 1) / kStep * kStep;
    std::unique_ptr<char[]> larger(new (std::nothrow) char[capacity]);
    if (larger == nullptr) {
      open_ = false;
      return;
    }
    std::copy_n(text_.get(), size_, larger.get());
    text_ = std::move(larger);
    capacity_ = static_cast<std::uint16_t>(capacity);
  }
  std::copy(bytes.begin(), bytes.end(), text_.get() + size_);
  size_ = static_cast<std::uint16_t>(size);
}

void SubjectKeeper::end(Direction direction) noexcept {
  if (direction == Direction::request) open_ = false;
}

void SubjectKeeper::hide(std::uint64_t offset, std::uint64_t length) noexcept {
  if (offset >= size_) return;
  const auto to = static_cast<std::size_t>(std::min<std::uint64_t>(size_, offset + length));
  // A zero byte is no part of a name, so that neither is what it stands in.
  for (auto i = static_cast<std::size_t>(offset); i < to; ++i)
    if (text_[i] != '/' && text_[i] != ' ' && text_[i] != '\'') text_[i] = '\0';
}

std::size_t SubjectKeeper::view(const Place& place, SubjectMemo& memo,
                                std::array<char, kMaxSubject>& out) const noexcept {
  if (size_ == 0) return 0;
  const Protocol of = protocol_;
  std::string_view text = kept();
  const bool head = place.location == Location::head;
  if (place.direction == Direction::request && (head || place.location == Location::command))
    text = text.substr(0, std::min<std::uint64_t>(text.size(), place.offset));
  if (of == Protocol::http1) {
    const bool http = place.protocol == Protocol::http1 || place.protocol == Protocol::websocket;
    return http ? memo.of(text, out) : 0;
  }
  if (of == Protocol::http2 || of == Protocol::grpc) {
    const bool own = place.direction == Direction::request && (head || place.location == Location::header);
    return own ? memo.of(text, out) : 0;
  }
  if (of != place.protocol) return 0;
  return of == Protocol::redis ? command_subject(text, out) : statement_subject(text, of == Protocol::mysql, out);
}

}  // namespace bulkhead
