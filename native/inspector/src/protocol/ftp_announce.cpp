#include "protocol/ftp_announce.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

Address mapped(const std::uint8_t* v4) noexcept {
  Address address;
  address.bytes[10] = address.bytes[11] = 0xff;
  std::memcpy(address.bytes.data() + 12, v4, 4);
  return address;
}

/// h1,h2,h3,h4,p1,p2 at the start of `text`.
std::optional<Announcement> six_numbers(Announcement::Kind kind, std::string_view text) noexcept {
  std::array<std::uint8_t, 6> numbers{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0 && (at == end || *at++ != ',')) return std::nullopt;
    const auto [after, error] = std::from_chars(at, end, numbers[i]);
    if (error != std::errc()) return std::nullopt;
    at = after;
  }
  const auto port = static_cast<std::uint16_t>(numbers[4] << 8 | numbers[5]);
  if (port == 0) return std::nullopt;
  return Announcement{kind, port, true, mapped(numbers.data()), {}};
}

/// |family|address|port| with any delimiter; family and address may be left out.
std::optional<Announcement> delimited(Announcement::Kind kind, std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  const char mark = text[0];
  std::array<std::string_view, 3> parts;
  for (std::string_view& part : parts) {
    if (text.empty() || text[0] != mark) return std::nullopt;
    text.remove_prefix(1);
    const std::size_t size = text.find(mark);
    if (size == std::string_view::npos) return std::nullopt;
    part = text.substr(0, size);
    text.remove_prefix(size);
  }
  const std::optional<std::uint64_t> port = decimal(parts[2]);
  if (!port || *port == 0 || *port > 0xffff) return std::nullopt;
  Announcement announced{kind, static_cast<std::uint16_t>(*port), false, {}, {}};
  if (parts[1].empty()) return announced;
  char address[INET6_ADDRSTRLEN] = {};
  if (parts[1].size() >= sizeof address) return std::nullopt;
  std::memcpy(address, parts[1].data(), parts[1].size());
  std::uint8_t v4[4];
  announced.has_address = true;
  if (inet_pton(AF_INET, address, v4) == 1) {
    announced.address = mapped(v4);
  } else if (inet_pton(AF_INET6, address, announced.address.bytes.data()) != 1) {
    return std::nullopt;
  }
  return announced;
}

}  // namespace

std::optional<Announcement> ftp_command_announces(std::string_view verb, std::string_view rest) noexcept {
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  while (!rest.empty() && (rest.back() == '\r' || rest.back() == ' ')) rest.remove_suffix(1);
  if (same_word(verb, "PORT")) return six_numbers(Announcement::Kind::at_client, rest);
  if (same_word(verb, "EPRT")) return delimited(Announcement::Kind::at_client, rest);
  for (const std::string_view file : {"RETR", "STOR", "APPE", "STOU"})
    if (same_word(verb, file)) return Announcement{Announcement::Kind::name, 0, false, {}, rest};
  for (const std::string_view list : {"LIST", "NLST", "MLSD"})
    if (same_word(verb, list)) return Announcement{Announcement::Kind::name, 0, false, {}, list};
  return std::nullopt;
}

std::optional<Announcement> ftp_reply_announces(std::uint16_t code, std::string_view line) noexcept {
  constexpr std::uint16_t kPassive = 227, kExtendedPassive = 229;
  if (code != kPassive && code != kExtendedPassive) return std::nullopt;
  line.remove_prefix(std::min<std::size_t>(line.size(), 4));
  const std::size_t open = line.find('(');
  if (code == kExtendedPassive) {
    if (open == std::string_view::npos) return std::nullopt;
    return delimited(Announcement::Kind::at_server, line.substr(open + 1));
  }
  // Some servers leave the brackets out: the numbers begin with the first digit (RFC 1123 4.1.2.6).
  const std::size_t digit = line.find_first_of("0123456789");
  if (digit == std::string_view::npos) return std::nullopt;
  return six_numbers(Announcement::Kind::at_server, line.substr(digit));
}

}  // namespace bulkhead
