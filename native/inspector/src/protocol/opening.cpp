#include "protocol/opening.hpp"

#include <string_view>

#include "protocol/characters.hpp"

namespace bulkhead {
namespace {

constexpr std::uint8_t kTlsHandshake = 0x16;

bool is_method_char(std::uint8_t c) noexcept { return is_alpha(c) || c == '-' || c == '_'; }

bool is_common_method(std::string_view word) noexcept {
  for (const std::string_view method : {"GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"})
    if (word == method) return true;
  return false;
}

/// `word` begins with "http/" in any case, or is the beginning of it.
bool begins_like_status(std::string_view word) noexcept {
  constexpr std::string_view kVersion = "http/";
  for (std::size_t i = 0; i < word.size() && i < kVersion.size(); ++i)
    if (static_cast<char>(to_lower(static_cast<std::uint8_t>(word[i]))) != kVersion[i]) return false;
  return true;
}

}  // namespace

bool Opening::may_be_http() const noexcept {
  const std::uint8_t first = prefix_[0];
  return is_alpha(first) || first == '\n' || (is_blank(first) && first != 0);
}

Opening::Verdict Opening::step(std::uint8_t byte) noexcept {
  prefix_[count_++] = byte;
  if (count_ == 1) {
    if (byte == kTlsHandshake) return Verdict::tls;
    if (!may_be_http()) return Verdict::raw;
  }
  if (blanks_ + 1 == count_ && (byte == '\n' || (is_blank(byte) && byte != 0))) {
    ++blanks_;
    return count_ == kMost ? Verdict::raw : Verdict::undecided;
  }
  const Verdict verdict = judge_token(byte);
  if (verdict == Verdict::undecided && token_ == 0 && (byte == ' ' || byte == '\t'))
    token_ = static_cast<std::uint8_t>(count_ - 1 - blanks_);
  return verdict == Verdict::undecided && count_ == kMost ? Verdict::raw : verdict;
}

Opening::Verdict Opening::judge_token(std::uint8_t byte) const noexcept {
  const std::string_view seen(reinterpret_cast<const char*>(prefix_.data()) + blanks_, count_ - blanks_);
  if (token_ > 0) {  // an uncommon method: what follows must be a target
    if (byte == ' ' || byte == '\t') return Verdict::undecided;
    const bool target = byte == '/' || byte == '*' || to_lower(byte) == 'h';
    return target && seen.substr(0, token_) != "PRI" ? Verdict::request : Verdict::raw;
  }
  if (byte == ' ' || byte == '\t') {
    const bool common = is_common_method(seen.substr(0, seen.size() - 1));
    return common ? Verdict::request : Verdict::undecided;
  }
  if (begins_like_status(seen)) return seen.size() >= 5 ? Verdict::response : Verdict::undecided;
  if (seen == "SSH-") return Verdict::ssh;
  return is_method_char(byte) ? Verdict::undecided : Verdict::raw;
}

}  // namespace bulkhead
