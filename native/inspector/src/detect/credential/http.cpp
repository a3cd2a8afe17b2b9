#include <algorithm>
#include <array>
#include <bitset>

#include "detect/candidate.hpp"
#include "detect/credential/base64.hpp"
#include "detect/credential/judge.hpp"
#include "detect/credential/shown.hpp"
#include "detect/credential/told.hpp"

namespace bulkhead::detect::credential {
namespace {

constexpr std::size_t kLeastToken = 16;     // shorter ones can be guessed, or are words
constexpr std::size_t kLeastDistinct = 8;   // characters of which a random value is made

bool random_enough(std::string_view value) noexcept {
  std::bitset<256> seen;
  for (const char c : value) seen.set(static_cast<std::uint8_t>(c));
  return value.size() >= kLeastToken && seen.count() >= kLeastDistinct;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> names) noexcept {
  return std::any_of(names.begin(), names.end(), [text](std::string_view name) { return same_letters(text, name); });
}

bool contains(std::string_view text, std::string_view lower_case) noexcept {
  for (std::size_t i = 0; i + lower_case.size() <= text.size(); ++i)
    if (same_letters(text.substr(i, lower_case.size()), lower_case)) return true;
  return false;
}

std::size_t blanks(std::string_view text) noexcept {
  const std::size_t at = text.find_first_not_of(" \t");
  return at == std::string_view::npos ? text.size() : at;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Detection basic(const Value& token) noexcept {
  Detection detection;
  detection.detector = kHttpBasic;
  Base64Text decoded;
  if (!decoded.decode(token.text)) return detection;
  const std::string_view text = decoded.view();
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return detection;
  std::string_view user = text.substr(0, colon);
  std::string_view secret = text.substr(colon + 1);
  // A token in place of the name, as many interfaces want it, is the secret then.
  const bool name_is_secret = secret.empty() || is_one_of(secret, {"x", "x-oauth-basic", "api_token", "api-token"});
  if (name_is_secret) {
    secret = user;
    user = {};
  }
  if (told_nothing(secret)) return detection;
  detection.known_test = text == "Aladdin:open sesame";  // RFC 7617 §2
  detection.confidence = detection.known_test                                ? Confidence::low
                         : name_is_secret && secret.size() < kLeastToken     ? Confidence::low
                         : is_one_of(user, {"guest"}) && secret == user      ? Confidence::low
                                                                             : Confidence::high;
  tell(detection, token.offset, token.length, secret);
  show_login(detection, user, secret);
  return detection;
}

Detection bearer(const Value& token, Confidence most) noexcept {
  Detection detection;
  detection.detector = kHttpBearer;
  if (told_nothing(token.text)) return detection;
  detection.confidence = std::min(most, random_enough(token.text) ? Confidence::high : Confidence::low);
  tell(detection, token.offset, token.length, token.text);
  show_login(detection, {}, token.text);
  return detection;
}

Confidence named(std::string_view name) noexcept {
  for (const std::string_view guard : {"csrf", "xsrf", "verificationtoken", "antiforgery", "nonce"})
    if (contains(name, guard)) return Confidence::none;
  if (is_one_of(name, {"jsessionid", "phpsessid", "asp.net_sessionid", ".aspxauth", ".aspnetcore.session",
                       ".aspnetcore.cookies", ".aspnetcore.identity.application", "connect.sid", "laravel_session",
                       "sessionid", "session_id", "session", "_session_id", "sid", "ci_session", "rack.session", "beaker.session.id", "cfid",
                       "cftoken", "grafana_session", "_gitlab_session", "user_session", "remember_token", "access_token",
                       "refresh_token", "id_token", "auth_token", "authtoken", "jwt", "_oauth2_proxy", "kc_restart",
                       "keycloak_session", "keycloak_identity", "argocd.token", "rancher_session", "r_sess"}) ||
      name.starts_with("wordpress_logged_in_"))
    return Confidence::high;
  for (const std::string_view word : {"sess", "auth", "token", "login", "jwt", "sso", "remember"})
    if (contains(name, word)) return Confidence::medium;
  return Confidence::none;
}

}  // namespace

Detection judge_authorization(const Value& value, std::string_view name) noexcept {
  const std::string_view whole = trimmed(value.text);
  const std::size_t from = blanks(whole);
  const std::size_t scheme_end = std::min(whole.find_first_of(" \t", from), whole.size());
  const std::string_view scheme = whole.substr(from, scheme_end - from);
  const std::size_t at = scheme_end + blanks(whole.substr(scheme_end));
  const std::string_view token = whole.substr(at);
  // Of a value that was cut all the rest is taken for the token.
  const bool cut = value.length > value.text.size();
  const std::uint64_t rest = cut ? value.length - at : token.size();

  Detection detection;
  if (token.empty()) {
    // No scheme: some interfaces take the bare token.
    const Value bare{scheme, value.offset + from, cut ? value.length - from : scheme.size()};
    const bool a_scheme = is_one_of(scheme, {"basic", "bearer", "digest", "negotiate", "ntlm"});
    if (!scheme.empty() && !a_scheme) detection = bearer(bare, Confidence::medium);
  } else if (is_one_of(scheme, {"basic"})) {
    detection = basic({token, value.offset + at, rest});
  } else if (is_one_of(scheme, {"bearer", "token", "apikey", "api-key", "privatetoken", "splunk", "genericscheme", "ssws"})) {
    detection = bearer({token, value.offset + at, rest}, Confidence::high);
  } else if (is_one_of(scheme, {"digest"})) {
    detection = bearer({token, value.offset + at, rest}, Confidence::low);
  }
  if (detection.confidence != Confidence::none) show_key(detection, name, {});
  return detection;
}

Detection judge_cookie(const Value& pair) noexcept {
  Detection detection;
  detection.detector = kSessionCookie;
  const std::size_t from = blanks(pair.text);
  const std::size_t equals = pair.text.find('=', from);
  if (equals == std::string_view::npos) return detection;
  std::string_view name = trimmed(pair.text.substr(from, equals - from));
  for (const std::string_view prefix : {"__Host-", "__Secure-"})
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  const std::string_view secret = trimmed(pair.text.substr(equals + 1));
  const Confidence by_name = named(name);
  if (by_name == Confidence::none || told_nothing(secret) || is_one_of(secret, {"deleted", "true", "false", "1", "0"}))
    return detection;
  detection.confidence = random_enough(secret) ? by_name : Confidence::low;
  const bool cut = pair.length > pair.text.size();
  tell(detection, pair.offset + equals + 1, cut ? pair.length - equals - 1 : secret.size(), secret);
  show_login(detection, {}, secret);
  show_key(detection, name, secret);
  return detection;
}

}  // namespace bulkhead::detect::credential
