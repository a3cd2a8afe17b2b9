#include "protocol/proxy_preface.hpp"

#include <algorithm>

#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

constexpr std::string_view kSignature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::string_view kLines[] = {"PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN"};
/// Of version 1, with its line end: what the norm lets a receiver reserve.
constexpr std::uint64_t kLongestLine = 107;
/// Of version 2: beyond the norm's 536 bytes and what certificates add, it carries something else than a balancer's word.
constexpr std::uint16_t kLongestBlock = 4096;
constexpr std::uint8_t kVersion = 2, kLocal = 0, kProxied = 1;

class ProxyPreface final : public Scripted {
 public:
  ProxyPreface() noexcept : Scripted(Protocol::raw, true) {}
  /// Only who connects sends it.
  [[nodiscard]] bool answers(Direction) const noexcept override { return false; }

 private:
  Script client(Input& in) noexcept override {
    in.start(Location::stream);
    if (co_await in.peek() == 'P') {
      in.enter(kLongestLine);
      co_await in.until('\n');
      if (co_await in.u8() != '\n' || !in.ok()) co_return Next::foreign;
      in.leave();
    } else {
      co_await in.content(kSignature.size());
      const std::uint8_t command = co_await in.u8();
      if (command >> 4 != kVersion || (command & 0x0f) > kProxied) co_return Next::foreign;
      co_await in.u8();
      const std::uint16_t length = co_await in.u16();
      if (length > kLongestBlock) exposed();
      in.close();
      co_await in.content(length);
    }
    in.close();
    co_return Next::reopen_both;
  }
  /// Never asked: what the server says begins as what it is.
  Script server(Input&) noexcept override { co_return Next::foreign; }
};

/// `first` as far as it goes, in the case in which it has to be.
Match matches(Bytes first, std::string_view wanted) noexcept {
  const std::string_view text = text_of(first);
  const std::size_t size = std::min(text.size(), wanted.size());
  if (text.substr(0, size) != wanted.substr(0, size)) return Match::no;
  return text.size() < wanted.size() ? Match::maybe : Match::yes;
}

}  // namespace

Match proxy_client(Bytes first) noexcept {
  if (first[0] == 'P') {
    Match best = Match::no;
    for (const std::string_view line : kLines) {
      const Match match = matches(first, line);
      if (match == Match::yes) return match;
      if (match == Match::maybe) best = match;
    }
    return best;
  }
  const Match signature = matches(first, kSignature);
  if (signature != Match::yes) return signature;
  if (first.size() == kSignature.size()) return Match::maybe;
  const std::uint8_t command = first[kSignature.size()];
  return command == (kVersion << 4 | kLocal) || command == (kVersion << 4 | kProxied) ? Match::yes : Match::no;
}

std::size_t proxy_block_of(Bytes datagram) noexcept {
  constexpr std::size_t kHead = 16;  // signature, version and command, family, length
  if (datagram.size() < kHead || datagram[0] == 'P' || proxy_client(datagram) != Match::yes) return 0;
  const std::size_t length = std::size_t{datagram[14]} << 8 | datagram[15];
  return length <= kLongestBlock && kHead + length <= datagram.size() ? kHead + length : 0;
}

std::unique_ptr<Follower> follow_proxy(DecodePool&) { return std::make_unique<ProxyPreface>(); }

}  // namespace bulkhead
