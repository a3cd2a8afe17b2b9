#include "protocol/tls.hpp"

#include <algorithm>

namespace bulkhead {
namespace {

constexpr std::uint16_t kServerName = 0, kSupportedVersions = 43;
constexpr std::uint16_t kSsl3 = 0x0300, kTls12 = 0x0303;
constexpr std::size_t kRandom = 32, kMaxSessionId = 32;
constexpr std::uint32_t kMaxRecord = (1U << 14) + 2048;
constexpr std::uint8_t kHandshake = 22;

bool plausible_version(std::uint16_t version) noexcept { return version >= kSsl3 && version <= kTls12; }

bool read_server_name(Bytes extension, std::string& name) noexcept {
  constexpr std::uint8_t kHostName = 0;
  Reader outer(extension);
  Reader list(outer.take(outer.u16()));
  if (!outer.ok() || outer.left() != 0) return false;
  while (list.ok() && list.left() > 0) {
    const auto type = list.u8();
    const auto length = list.u16();
    const Bytes text = list.take(length);
    if (list.ok() && type == kHostName && name.empty())
      name.assign(reinterpret_cast<const char*>(text.data()), text.size());
  }
  return list.ok();
}

void read_offered_versions(Bytes extension, std::vector<std::uint8_t>& versions) {
  Reader outer(extension);
  const std::size_t length = outer.u8();
  const Bytes list = outer.take(length);
  versions.assign(list.begin(), list.end());
}

/// Whether a list of two-byte numbers holds this one.
bool offered(const std::vector<std::uint8_t>& list, std::uint16_t number) noexcept {
  for (std::size_t i = 0; i + 1 < list.size(); i += 2)
    if (((list[i] << 8) | list[i + 1]) == number) return true;
  return false;
}

}  // namespace

bool read_client_hello(Bytes message, TlsHellos& hellos) noexcept {
  Reader hello(message);
  if (!plausible_version(hello.u16())) return false;
  hello.take(kRandom);
  const std::size_t session_id = hello.u8();
  hello.take(session_id);
  const std::size_t suites = hello.u16();
  const Bytes offered_suites = hello.take(suites);
  const std::size_t compressions = hello.u8();
  hello.take(compressions);
  if (!hello.ok() || session_id > kMaxSessionId || suites == 0 || suites % 2 != 0 || compressions == 0) return false;
  hellos.offered_suites.assign(offered_suites.begin(), offered_suites.end());
  if (hello.left() == 0) return true;  // extensions came with TLS 1.0

  const std::size_t length = hello.u16();
  Reader extensions(hello.take(length));
  while (extensions.ok() && extensions.left() > 0) {
    const auto type = extensions.u16();
    const std::size_t size = extensions.u16();
    const Bytes content = extensions.take(size);
    if (!extensions.ok()) return false;
    if (type == kServerName && !content.empty() && !read_server_name(content, hellos.server_name)) return false;
    if (type == kSupportedVersions) read_offered_versions(content, hellos.offered_versions);
  }
  return hello.ok() && hello.left() == 0;
}

bool read_server_hello(Bytes message, TlsHellos& hellos) noexcept {
  Reader hello(message);
  std::uint16_t version = hello.u16();
  hello.take(kRandom);
  const std::size_t session_id = hello.u8();
  hello.take(session_id);
  const auto suite = hello.u16();
  hello.u8();  // compression
  if (!hello.ok() || !plausible_version(version) || session_id > kMaxSessionId) return false;
  if (hello.left() > 0) {
    const std::size_t length = hello.u16();
    Reader extensions(hello.take(length));
    while (extensions.ok() && extensions.left() > 0) {
      const auto type = extensions.u16();
      const std::size_t size = extensions.u16();
      Reader content(extensions.take(size));
      if (type == kSupportedVersions) version = content.u16();
      if (!content.ok()) return false;
    }
    if (!extensions.ok() || !hello.ok() || hello.left() != 0) return false;
  }
  // Above TLS 1.2 a server picks from what was offered; those may be drafts with numbers of their own.
  if (!plausible_version(version) && !offered(hellos.offered_versions, version)) return false;
  hellos.version = version;
  return offered(hellos.offered_suites, suite);
}

bool TlsFirstMessage::plausible_record() const noexcept {
  if (record_[0] != kHandshake) return false;
  if (record_count_ >= 2 && record_[1] != 3) return false;
  if (record_count_ >= 3 && record_[2] > 4) return false;
  return true;
}

std::size_t TlsFirstMessage::missing() const noexcept {
  constexpr std::size_t kHeader = 4;
  if (message_.size() < kHeader) return kHeader - message_.size();
  const std::size_t length = (std::size_t{message_[1]} << 16) | (std::size_t{message_[2]} << 8) | message_[3];
  return kHeader + length - message_.size();
}

TlsFirstMessage::Result TlsFirstMessage::feed(Bytes bytes) noexcept {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (left_in_record_ == 0) {
      record_[record_count_++] = bytes[at++];
      if (!plausible_record()) return {Outcome::not_tls, at};
      if (record_count_ < record_.size()) continue;
      record_count_ = 0;
      left_in_record_ = (std::uint32_t{record_[3]} << 8) | record_[4];
      if (left_in_record_ == 0 || left_in_record_ > kMaxRecord) return {Outcome::not_tls, at};
      continue;
    }
    const std::size_t available = std::min<std::size_t>(left_in_record_, bytes.size() - at);
    const std::size_t taken = std::min(available, missing());
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    message_.insert(message_.end(), from, from + static_cast<std::ptrdiff_t>(taken));
    at += taken;
    left_in_record_ -= static_cast<std::uint32_t>(taken);
    if (message_[0] != type_) return {Outcome::not_tls, at};
    if (message_.size() < 4) continue;
    if (message_.size() == 4 && missing() > kMaxHello) return {Outcome::not_tls, at};
    if (missing() == 0) return {Outcome::complete, at};
  }
  return {Outcome::need_more, at};
}

Tls::Result Tls::feed(Direction direction, Bytes bytes) noexcept {
  const bool client = direction == Direction::request;
  if (client && client_done_) return {Outcome::need_more, bytes.size()};
  TlsFirstMessage& message = client ? client_ : server_;
  const TlsFirstMessage::Result result = message.feed(bytes);
  if (result.outcome == TlsFirstMessage::Outcome::need_more) return {Outcome::need_more, result.taken};
  bool good = result.outcome == TlsFirstMessage::Outcome::complete;
  if (good) good = client ? read_client_hello(message.body(), hellos_)
                          : client_done_ && read_server_hello(message.body(), hellos_);
  message.drop();
  if (!good) return {Outcome::not_tls, result.taken};
  if (!client) {
    hellos_.offered_suites = {};
    return {Outcome::proven, result.taken};
  }
  client_done_ = true;
  return {Outcome::need_more, bytes.size()};
}

}  // namespace bulkhead
