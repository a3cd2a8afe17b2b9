#include "engine/subject.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "engine/subject_text.hpp"

namespace bulkhead {
namespace {

/// Of a request: more than its subject shows, since literals take room and show as one character.
constexpr std::size_t kKeptBytes = 256;

bool is_statement(Protocol protocol) noexcept {
  return protocol == Protocol::postgresql || protocol == Protocol::mysql || protocol == Protocol::cassandra;
}

bool begins_request(const Field& field) noexcept {
  if (field.location == Location::head)
    return field.protocol == Protocol::http1 || field.protocol == Protocol::http2 || field.protocol == Protocol::grpc;
  return field.location == Location::command && (is_statement(field.protocol) || field.protocol == Protocol::redis);
}

}  // namespace

struct SubjectKeeper::Kept {
  Protocol protocol = Protocol::raw;
  Protocol next = Protocol::raw;  ///< of the field that is open
  std::uint16_t size = 0;
  std::array<char, kKeptBytes> text;

  [[nodiscard]] std::string_view view() const noexcept { return {text.data(), size}; }
};

void SubjectKeeper::Free::operator()(Kept* kept) const noexcept { delete kept; }

void SubjectKeeper::begin(Direction direction, const Field& field) noexcept {
  if (direction != Direction::request) return;
  open_ = begins_request(field);
  if (!open_) return;
  if (kept_ == nullptr) kept_.reset(new (std::nothrow) Kept);
  open_ = kept_ != nullptr;
  if (!open_) return;
  kept_->next = field.protocol;
  fresh_ = true;
}

void SubjectKeeper::content(Bytes bytes) noexcept {
  if (fresh_) {
    fresh_ = false;
    // Behind a header that is a field of its own, the rest of an HTTP/2 head goes on without the pseudo-headers.
    const bool goes_on = (kept_->next == Protocol::http2 || kept_->next == Protocol::grpc) && bytes.front() != ':';
    open_ = !goes_on;
    if (!open_) return;
    kept_->protocol = kept_->next;
    kept_->size = 0;
  }
  const std::size_t room = std::min(bytes.size(), kKeptBytes - kept_->size);
  std::memcpy(kept_->text.data() + kept_->size, bytes.data(), room);
  kept_->size = static_cast<std::uint16_t>(kept_->size + room);
  if (kept_->size == kKeptBytes) open_ = false;
}

void SubjectKeeper::end(Direction direction) noexcept {
  if (direction == Direction::request) open_ = false;
}

void SubjectKeeper::hide(std::uint64_t offset, std::uint64_t length) noexcept {
  if (kept_ == nullptr || offset >= kept_->size) return;
  const auto from = static_cast<std::size_t>(offset);
  const auto to = static_cast<std::size_t>(std::min<std::uint64_t>(kept_->size, offset + length));
  // A zero byte is no part of a name, so that neither is what it stands in.
  for (std::size_t i = from; i < to; ++i)
    if (kept_->text[i] != '/' && kept_->text[i] != ' ' && kept_->text[i] != '\'') kept_->text[i] = '\0';
}

std::size_t SubjectKeeper::view(const Place& place, std::array<char, kMaxSubject>& out) const noexcept {
  if (kept_ == nullptr) return 0;
  const Protocol of = kept_->protocol;
  std::string_view text = kept_->view();
  const bool head = place.location == Location::head;
  if (place.direction == Direction::request && (head || place.location == Location::command))
    text = text.substr(0, std::min<std::uint64_t>(text.size(), place.offset));
  if (of == Protocol::http1) {
    const bool http = place.protocol == Protocol::http1 || place.protocol == Protocol::websocket;
    return http ? request_subject(text, out) : 0;
  }
  if (of == Protocol::http2 || of == Protocol::grpc) {
    const bool own = place.direction == Direction::request && (head || place.location == Location::header);
    return own ? request_subject(text, out) : 0;
  }
  if (of != place.protocol) return 0;
  return of == Protocol::redis ? command_subject(text, out) : statement_subject(text, of == Protocol::mysql, out);
}

}  // namespace bulkhead
