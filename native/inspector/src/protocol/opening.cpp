#include "protocol/opening.hpp"

#include <bit>
#include <string_view>

#include "protocol/characters.hpp"
#include "protocol/protocol_table.hpp"

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

Opening::Opening(Direction direction, bool upgraded) noexcept : http_(!upgraded), direction_(direction) {
  const auto table = protocol_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    const bool shown = (direction == Direction::request ? table[i].client : table[i].server) != nullptr;
    if (shown && (upgraded || !table[i].after_upgrade)) possible_ |= std::uint64_t{1} << i;
  }
}

bool Opening::may_be_http() const noexcept {
  const std::uint8_t first = prefix_[0];
  return is_alpha(first) || first == '\n' || (is_blank(first) && first != 0);
}

Opening::Verdict Opening::step(std::uint8_t byte) noexcept {
  prefix_[count_++] = byte;
  if (count_ == 1) {
    if (byte == kTlsHandshake) return Verdict::tls;
    http_ = http_ && may_be_http();
  }
  const Verdict http = http_ ? judge_http(byte) : Verdict::raw;
  if (http != Verdict::undecided && http != Verdict::raw) {
    if (http != Verdict::ssh) ++http_bytes_;
    return http;
  }
  http_ = http == Verdict::undecided;
  if (http_) ++http_bytes_;
  const Verdict table = judge_table();
  if (table == Verdict::known) return table;
  return count_ < kMost && (http_ || table == Verdict::undecided) ? Verdict::undecided : Verdict::raw;
}

Opening::Verdict Opening::judge_table() noexcept {
  const auto table = protocol_table();
  for (std::uint64_t left = possible_; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    const ProtocolEntry::Matcher matcher = direction_ == Direction::request ? table[i].client : table[i].server;
    const Match match = matcher(prefix());
    if (match == Match::maybe) continue;
    possible_ &= ~(std::uint64_t{1} << i);
    if (match == Match::no) continue;
    entry_ = static_cast<std::uint8_t>(i);
    return Verdict::known;
  }
  return possible_ != 0 ? Verdict::undecided : Verdict::raw;
}

Opening::Verdict Opening::judge_http(std::uint8_t byte) noexcept {
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
