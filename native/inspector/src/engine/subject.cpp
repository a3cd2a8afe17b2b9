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

bool has_exchanges(Protocol protocol) noexcept { return protocol == Protocol::http2 || protocol == Protocol::grpc; }

bool begins_request(const Field& field) noexcept {
  if (field.location == Location::head)
    return field.protocol == Protocol::http1 || has_exchanges(field.protocol);
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
  if (!open_) return;
  next_ = field.protocol;
  next_exchange_ = field.exchange;
}

void SubjectKeeper::content(Bytes bytes) noexcept {
  if (fresh_) {
    fresh_ = false;
    // Behind a header that is a field of its own, the rest of an HTTP/2 head goes on without the pseudo-headers.
    const bool goes_on = has_exchanges(next_) && bytes.front() != ':';
    open_ = !goes_on;
    if (!open_) return;
    next();
  }
  bytes = bytes.first(std::min<std::size_t>(bytes.size(), kKeptOfRequest - last_.size));
  if (protocol_ == Protocol::http1) {
    const auto line = std::find(bytes.begin(), bytes.end(), std::uint8_t{'\n'});
    if (line != bytes.end()) open_ = false;
    bytes = bytes.first(static_cast<std::size_t>(line - bytes.begin()));
  }
  keep(bytes);
  if (last_.size == kKeptOfRequest) open_ = false;
}

void SubjectKeeper::next() noexcept {
  if (has_exchanges(protocol_) && last_.size > 0) {
    if (earlier_.size() < kMostExchanges) {
      earlier_.push_back(std::exchange(last_, {}));
    } else {
      std::swap(earlier_[oldest_], last_);
      oldest_ = (oldest_ + 1) % kMostExchanges;
    }
  }
  protocol_ = next_;
  last_.size = 0;
  last_.exchange = next_exchange_;
}

std::string_view SubjectKeeper::head_of(std::uint32_t exchange) const noexcept {
  if (last_.exchange == exchange) return last_.view();
  const auto found = std::find_if(earlier_.begin(), earlier_.end(), [=](const Head& head) { return head.exchange == exchange; });
  return found == earlier_.end() ? std::string_view() : found->view();
}

void SubjectKeeper::keep(Bytes bytes) noexcept {
  constexpr std::size_t kStep = 32;
  const std::size_t size = last_.size + bytes.size();
  if (size > last_.capacity) {
    const std::size_t capacity = (size + kStep - 1) / kStep * kStep;
    std::unique_ptr<char[]> larger(new (std::nothrow) char[capacity]);
    if (larger == nullptr) {
      open_ = false;
      return;
    }
    std::copy_n(last_.text.get(), last_.size, larger.get());
    last_.text = std::move(larger);
    last_.capacity = static_cast<std::uint16_t>(capacity);
  }
  std::copy(bytes.begin(), bytes.end(), last_.text.get() + last_.size);
  last_.size = static_cast<std::uint16_t>(size);
}

void SubjectKeeper::end(Direction direction) noexcept {
  if (direction == Direction::request) open_ = false;
}

void SubjectKeeper::hide(std::uint64_t offset, std::uint64_t length) noexcept {
  if (offset >= last_.size) return;
  const auto to = static_cast<std::size_t>(std::min<std::uint64_t>(last_.size, offset + length));
  // A zero byte is no part of a name, so that neither is what it stands in.
  for (auto i = static_cast<std::size_t>(offset); i < to; ++i)
    if (char& c = last_.text[i]; c != '/' && c != ' ' && c != '\'') c = '\0';
}

std::size_t SubjectKeeper::view(const Place& place, SubjectMemo& memo,
                                std::array<char, kMaxSubject>& out) const noexcept {
  const Protocol of = protocol_;
  const bool head = place.location == Location::head;
  const bool within = place.direction == Direction::request && (head || place.location == Location::command);
  std::string_view text = last_.view();
  if (has_exchanges(of)) {
    if (!has_exchanges(place.protocol)) return 0;
    if (!within || place.exchange != last_.exchange) text = head_of(place.exchange);
  }
  if (within) text = text.substr(0, std::min<std::uint64_t>(text.size(), place.offset));
  if (text.empty()) return 0;
  if (has_exchanges(of)) return memo.of(text, out);
  if (of == Protocol::http1) {
    const bool http = place.protocol == Protocol::http1 || place.protocol == Protocol::websocket;
    return http ? memo.of(text, out) : 0;
  }
  if (of != place.protocol) return 0;
  return of == Protocol::redis ? command_subject(text, out) : statement_subject(text, of == Protocol::mysql, out);
}

}  // namespace bulkhead
