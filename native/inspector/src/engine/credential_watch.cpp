#include "engine/credential_watch.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>

#include "detect/credential/base64.hpp"
#include "detect/credential/judge.hpp"

namespace bulkhead {
namespace {

using detect::credential::kKeptBytes;

constexpr std::string_view kHeaders[] = {"authorization", "proxy-authorization", "cookie", "set-cookie"};
constexpr std::uint8_t kCookie = 2, kSetCookie = 3, kUnknown = 0xff;
constexpr std::uint8_t kAllHeaders = (1U << std::size(kHeaders)) - 1;
/// Of one header. A cookie jar has a few dozen at most; more than this is somebody's attempt to keep us busy.
constexpr std::uint16_t kMostCookies = 256;

std::uint8_t to_lower(std::uint8_t byte) noexcept {
  return byte >= 'A' && byte <= 'Z' ? static_cast<std::uint8_t>(byte | 0x20) : byte;
}

std::uint8_t header_of(std::string_view name) noexcept {
  const auto at = std::find(std::begin(kHeaders), std::end(kHeaders), name);
  return at == std::end(kHeaders) ? kUnknown : static_cast<std::uint8_t>(at - std::begin(kHeaders));
}

}  // namespace

/// A value that has begun.
struct CredentialWatch::Open {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint32_t told = 0;       ///< length of the datum that was told provisionally
  std::uint16_t kept = 0;
  std::uint16_t cookies = 0;
  std::array<char, kKeptBytes> text;

  void add(Bytes bytes) noexcept {
    const std::size_t room = std::min(bytes.size(), kKeptBytes - kept);
    std::copy_n(bytes.begin(), room, text.begin() + kept);
    kept = static_cast<std::uint16_t>(kept + room);
    length += bytes.size();
  }
  void next(std::uint64_t at) noexcept {
    offset = at;
    length = 0;
    told = 0;
    kept = 0;
  }
  [[nodiscard]] detect::credential::Value value() const noexcept { return {{text.data(), kept}, offset, length}; }
};

struct CredentialWatch::UserName {
  std::array<char, 63> text;
  std::uint8_t size = 0;

  void set(std::string_view name) noexcept {
    while (!name.empty() && (name.back() == '\r' || name.back() == '\0')) name.remove_suffix(1);
    size = static_cast<std::uint8_t>(std::min(name.size(), text.size()));
    std::copy_n(name.begin(), size, text.begin());  // memcpy may not be given the null of an empty name
  }
  [[nodiscard]] std::string_view view() const noexcept { return {text.data(), size}; }
};

CredentialWatch::CredentialWatch() noexcept = default;
CredentialWatch::~CredentialWatch() = default;

void CredentialWatch::begin(Direction direction, const Field& field) noexcept {
  Side& side = sides_[index_of(direction)];
  side.mode = Mode::off;
  if (field.role == Role::none) {
    if (field.location != Location::head || field.protocol != Protocol::http1) return;
    side.mode = Mode::line_start;
    side.offset = 0;
    return;
  }
  side.protocol = field.protocol;
  side.base64 = field.base64;
  side.mode = field.role == Role::user ? Mode::user : Mode::login;
  if (field.location == Location::header) {
    side.header = header_of(field.key);
    if (side.header == kUnknown) {
      side.mode = Mode::off;
      return;
    }
    side.mode = Mode::header;
  }
  open(side, 0);
}

void CredentialWatch::content(Direction direction, Bytes bytes, DetectionSink& sink) noexcept {
  Side& side = sides_[index_of(direction)];
  if (side.mode >= Mode::line_start) return head(side, bytes, sink);
  take(side, bytes, sink);
}

void CredentialWatch::provisional_end(Direction direction, DetectionSink& sink) noexcept {
  Side& side = sides_[index_of(direction)];
  if (side.open == nullptr || side.mode == Mode::user || side.mode == Mode::off) return;
  judge(side, sink, true);
}

void CredentialWatch::end(Direction direction, DetectionSink& sink) noexcept {
  Side& side = sides_[index_of(direction)];
  if (side.open != nullptr) {
    if (side.mode == Mode::user) {
      learn_user(side);
    } else {
      judge(side, sink);
    }
    side.open.reset();
  }
  side.mode = Mode::off;
}

void CredentialWatch::head(Side& side, Bytes bytes, DetectionSink& sink) noexcept {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (side.mode == Mode::line_start) {
      // Only names that begin with one of these letters are looked at further.
      const std::uint8_t first = to_lower(bytes[at]);
      side.candidates = kAllHeaders;
      side.position = 0;
      side.mode = first == 'a' || first == 'c' || first == 'p' || first == 's' ? Mode::name : Mode::skip;
      if (bytes[at] == '\n') side.mode = Mode::line_start;
      if (side.mode == Mode::line_start) ++at;
      continue;
    }
    if (side.mode == Mode::name) {
      name(side, bytes[at++]);
      if (side.mode == Mode::value) open(side, side.offset + at);
      continue;
    }
    const void* const found = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
    const std::size_t end = found == nullptr
                                ? bytes.size()
                                : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
    if (side.mode == Mode::value) {
      take(side, bytes.subspan(at, end - at), sink);
      if (found != nullptr) {
        if (side.open != nullptr) judge(side, sink);
        side.open.reset();
      }
    }
    if (found != nullptr) side.mode = Mode::line_start;
    at = end + (found == nullptr ? 0 : 1);
  }
  side.offset += bytes.size();
}

void CredentialWatch::name(Side& side, std::uint8_t byte) noexcept {
  std::uint8_t left = 0;
  for (std::size_t i = 0; i < std::size(kHeaders); ++i) {
    if ((side.candidates & (1U << i)) == 0) continue;
    if (side.position == kHeaders[i].size()) {
      if (byte != ':') continue;
      side.header = static_cast<std::uint8_t>(i);
      side.mode = Mode::value;
      return;
    }
    if (kHeaders[i][side.position] == static_cast<char>(to_lower(byte))) left = static_cast<std::uint8_t>(left | (1U << i));
  }
  side.candidates = left;
  ++side.position;
  if (left == 0) side.mode = byte == '\n' ? Mode::line_start : Mode::skip;
}

void CredentialWatch::open(Side& side, std::uint64_t offset) noexcept {
  if (side.open == nullptr) side.open.reset(new (std::nothrow) Open);
  if (side.open == nullptr) return;
  side.open->next(offset);
  side.open->cookies = 0;
}

void CredentialWatch::take(Side& side, Bytes bytes, DetectionSink& sink) noexcept {
  if (side.open == nullptr) return sink.not_searched(Exception::memory_cap, bytes.size());
  const bool cookies = (side.mode == Mode::header || side.mode == Mode::value) && side.header >= kCookie;
  while (cookies && side.open->cookies < kMostCookies) {
    const auto end = std::find(bytes.begin(), bytes.end(), ';');
    if (end == bytes.end()) break;
    const auto size = static_cast<std::size_t>(end - bytes.begin());
    side.open->add(bytes.first(size));
    judge(side, sink);
    side.open->next(side.open->offset + side.open->length + 1);
    // Of Set-Cookie only the first pair is the cookie, what follows its attributes.
    side.open->cookies = side.header == kSetCookie ? kMostCookies : static_cast<std::uint16_t>(side.open->cookies + 1);
    bytes = bytes.subspan(size + 1);
  }
  if (!cookies || side.open->cookies < kMostCookies) return side.open->add(bytes);
  const bool more = std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte > ' '; });
  if (more && side.header == kCookie) sink.not_searched(Exception::count_limit, bytes.size());
}

void CredentialWatch::judge(Side& side, DetectionSink& sink, bool provisional) noexcept {
  Open& open = *side.open;
  if (open.length == 0) return;
  Detection detection;
  if (side.mode == Mode::login) {
    detection = detect::credential::judge_login(open.value(), side.base64, user_ == nullptr ? "" : user_->view(), side.protocol);
  } else if (side.header >= kCookie) {
    detection = detect::credential::judge_cookie(open.value());
  } else {
    detection = detect::credential::judge_authorization(open.value(), kHeaders[side.header]);
  }
  if (detection.confidence == Confidence::none || detection.length <= open.told) return;
  if (provisional) open.told = detection.length;
  sink.detected(detection);
}

void CredentialWatch::learn_user(Side& side) noexcept {
  if (user_ == nullptr) user_.reset(new (std::nothrow) UserName);
  if (user_ == nullptr) return;
  const std::string_view text = side.open->value().text;
  detect::credential::Base64Text decoded;
  if (!side.base64) return user_->set(text);
  user_->set(decoded.decode(text) ? decoded.view() : std::string_view());
}

}  // namespace bulkhead
