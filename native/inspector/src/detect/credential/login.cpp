#include <algorithm>
#include <array>

#include "detect/candidate.hpp"
#include "detect/credential/base64.hpp"
#include "detect/credential/judge.hpp"
#include "detect/credential/shown.hpp"
#include "detect/credential/told.hpp"

namespace bulkhead::detect::credential {
namespace {

struct Login {
  std::string_view user, secret;
  Confidence confidence = Confidence::high;
};

/// RFC 4616: [authzid] NUL authcid NUL passwd.
bool plain(std::string_view text, Login& login) noexcept {
  const std::size_t first = text.find('\0');
  if (first == std::string_view::npos) return false;
  const std::size_t second = text.find('\0', first + 1);
  if (second == std::string_view::npos) return false;
  login.user = text.substr(first + 1, second - first - 1);
  if (login.user.empty()) login.user = text.substr(0, first);
  login.secret = text.substr(second + 1);
  return true;
}

/// XOAUTH2 and OAUTHBEARER: pairs between control-A, the token behind "auth=Bearer ".
bool bearer(std::string_view text, Login& login) noexcept {
  constexpr std::string_view kAuth = "\1auth=Bearer ";
  const std::size_t at = text.find(kAuth);
  if (at == std::string_view::npos) return false;
  login.secret = text.substr(at + kAuth.size());
  login.secret = login.secret.substr(0, login.secret.find('\1'));
  const std::string_view head = text.substr(0, at);
  if (head.starts_with("user=")) login.user = head.substr(5);
  if (const std::size_t name = head.find(",a="); name != std::string_view::npos) {
    login.user = head.substr(name + 3);
    login.user = login.user.substr(0, login.user.find(','));
  }
  return true;
}

/// A string of AMQP's table: its name, 'S', its length in four bytes.
std::string_view table_text(std::string_view table, std::string_view name) noexcept {
  const std::size_t at = table.find(name);
  if (at == std::string_view::npos || table.size() - at < name.size() + 4) return {};
  const std::string_view size = table.substr(at + name.size(), 4);
  if (size[0] != 0 || size[1] != 0) return {};
  const std::size_t length = std::size_t{static_cast<std::uint8_t>(size[2])} << 8 | static_cast<std::uint8_t>(size[3]);
  return table.substr(at + name.size() + 4, length);
}

bool amqplain(std::string_view text, Login& login) noexcept {
  login.secret = table_text(text, "\x08PASSWORDS");
  login.user = table_text(text, "\x05LOGINS");
  return !login.secret.empty();
}

bool is_hex(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is(static_cast<std::uint8_t>(c), kDigit) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

/// Answers to a challenge: of two a password can be guessed from, the rest shows nothing.
bool answer(std::string_view text, Login& login) noexcept {
  constexpr std::size_t kMd5 = 32;
  if (text.size() > kMd5 + 1 && text[text.size() - kMd5 - 1] == ' ' && is_hex(text.substr(text.size() - kMd5))) {
    login.user = text.substr(0, text.size() - kMd5 - 1);
    login.secret = text.substr(text.size() - kMd5);
    login.confidence = Confidence::low;
    return true;
  }
  if (text.find("response=") != std::string_view::npos && text.find("nonce=") != std::string_view::npos) {
    login.secret = text;
    login.confidence = Confidence::low;
    return true;
  }
  for (const std::string_view start : {"n,", "y,", "p=", "c=", "NTLMSSP"}) {
    if (!text.starts_with(start)) continue;
    login.confidence = Confidence::none;
    return true;
  }
  return false;
}

bool is_text(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<std::uint8_t>(c) < 0x20; });
}

Confidence worth(const Login& login, Protocol protocol) noexcept {
  if (told_nothing(login.secret)) return Confidence::none;
  for (const std::string_view name : {"anonymous", "ftp"})
    if (protocol == Protocol::ftp && same_letters(login.user, name)) return Confidence::none;
  if (same_letters(login.user, "guest") && same_letters(login.secret, "guest"))
    return std::min(login.confidence, Confidence::low);
  return login.confidence;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\0')) text.remove_suffix(1);
  return text;
}

}  // namespace

Detection judge_login(const Value& value, bool base64, std::string_view user, Protocol protocol) noexcept {
  Base64Text decoded;
  std::string_view text = value.text;
  if (base64) {
    if (!decoded.decode(trimmed(text))) return {};
    text = decoded.view();
  }
  Login login;
  if (!plain(text, login) && !bearer(text, login) && !amqplain(text, login)) {
    login.secret = trimmed(text);
    if (base64 && !answer(text, login) && !is_text(login.secret)) login.confidence = Confidence::none;
  }
  if (login.user.empty()) login.user = user;
  Detection detection;
  detection.detector = kCleartextCredential;
  detection.confidence = worth(login, protocol);
  if (detection.confidence == Confidence::none) return detection;
  const bool cut = value.length > value.text.size();
  tell(detection, value.offset, cut ? value.length : trimmed(value.text).size(), login.secret);
  show_login(detection, login.user, login.secret);
  return detection;
}

}  // namespace bulkhead::detect::credential
