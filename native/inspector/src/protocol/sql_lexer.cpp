#include "protocol/sql_lexer.hpp"

#include <cstring>

#include "protocol/characters.hpp"

namespace bulkhead {
namespace {

bool begins_word(std::uint8_t c) noexcept { return is_alpha(c) || c == '_' || c >= 0x80; }
bool is_word(std::uint8_t c) noexcept { return begins_word(c) || is_digit(c) || c == '$'; }

/// Numbers of parameters are 16 bits wide in every protocol.
constexpr std::uint32_t kLargestParameter = 0xffff;

}  // namespace

void SqlLexer::begin() noexcept {
  in_ = In::between;
  size_ = 0;
  prefixed_ = false;
}

std::size_t SqlLexer::passed_over(Bytes bytes) const noexcept {
  std::uint8_t stop = 0;
  switch (in_) {
    case In::text:
      if (escapes_ || size_ < kept_.size()) return 0;
      stop = quote_;
      break;
    case In::line_comment:
      if (!mysql()) return 0;
      stop = '\n';
      break;
    case In::dollar_text:
      stop = '$';
      break;
    default:
      return 0;
  }
  const void* const found = std::memchr(bytes.data(), stop, bytes.size());
  return found == nullptr ? bytes.size()
                          : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
}

void SqlLexer::take(Bytes bytes) noexcept {
  while (!bytes.empty()) {
    bytes = bytes.subspan(passed_over(bytes));
    if (bytes.empty()) return;
    take_byte(bytes[0]);
    bytes = bytes.subspan(1);
  }
}

void SqlLexer::between(std::uint8_t c) noexcept {
  const bool prefixed = prefixed_;
  prefixed_ = false;
  size_ = 0;
  if (begins_word(c)) {
    keep(c);
    in_ = In::word;
  } else if (is_digit(c)) {
    in_ = In::number;
  } else if (c == '\'' || (c == '"' && mysql())) {
    quote_ = c;
    escapes_ = mysql() || escapes_;
    prefixed_ = prefixed;
    in_ = In::text;
    return;
  } else if (c == '"' || (c == '`' && mysql())) {
    quote_ = c;
    in_ = In::name;
  } else if (c == '$' && !mysql()) {
    number_ = 0;
    in_ = In::dollar;
  } else if (c == '?' && mysql()) {
    tokens_.parameter(0);
  } else if (c == '-') {
    in_ = In::minus;
  } else if (c == '/') {
    in_ = In::slash;
  } else if (c == '#' && mysql()) {
    in_ = In::line_comment;
  } else if (!is_blank(c) && c != '\n') {
    tokens_.mark(static_cast<char>(c));
  }
  escapes_ = false;
}

void SqlLexer::take_byte(std::uint8_t c) noexcept {
  switch (in_) {
    case In::between:
      return between(c);
    case In::word:
      if (is_word(c)) return keep(c);
      if (c == '\'') {  // E'…', N'…', X'…', _utf8'…': no name
        escapes_ = size_ == 1 && to_lower(static_cast<std::uint8_t>(kept_[0])) == 'e';
        prefixed_ = true;
      } else {
        tokens_.word(kept(), false);
      }
      return again(c);
    case In::number:
      if (is_word(c) || c == '.') return;
      tokens_.number();
      return again(c);
    case In::text:
      if (c == '\\' && escapes_) {
        in_ = In::text_escape;
      } else if (c == quote_) {
        in_ = In::text_quote;
      } else {
        keep(c);
      }
      return;
    case In::text_escape:
      keep(c);
      in_ = In::text;
      return;
    case In::text_quote:
      if (c == quote_) {  // a doubled one is one
        keep(c);
        in_ = In::text;
        return;
      }
      tokens_.text(prefixed_ ? std::string_view() : kept());
      prefixed_ = escapes_ = false;
      return again(c);
    case In::name:
      if (c == quote_) {
        in_ = In::name_quote;
      } else {
        keep(c);
      }
      return;
    case In::name_quote:
      if (c == quote_) {
        keep(c);
        in_ = In::name;
        return;
      }
      tokens_.word(kept(), true);
      return again(c);
    case In::minus:
      if (c == '-') {
        in_ = mysql() ? In::minus_minus : In::line_comment;
        return;
      }
      tokens_.mark('-');
      return again(c);
    case In::minus_minus:  // to MySQL a comment only before a blank
      if (is_blank(c)) {
        in_ = In::line_comment;
      } else if (c == '\n') {
        in_ = In::between;
      } else {
        tokens_.mark('-');
        tokens_.mark('-');
        again(c);
      }
      return;
    case In::slash:
      if (c == '*') {
        in_ = In::comment;
        depth_ = 1;
        first_in_comment_ = true;
        return;
      }
      tokens_.mark('/');
      return again(c);
    case In::line_comment:
      if (c == '\n' || (c == '\r' && !mysql())) in_ = In::between;
      return;
    case In::comment:
    case In::comment_star:
    case In::comment_slash: {
      // What follows /*! or /*M! is executed by some servers.
      if (first_in_comment_ && mysql() && c == '!') tokens_.lost();
      first_in_comment_ = first_in_comment_ && c == 'M';
      if (in_ == In::comment_star && c == '/') {
        in_ = --depth_ == 0 ? In::between : In::comment;
      } else if (in_ == In::comment_slash && c == '*' && !mysql()) {
        ++depth_;
        in_ = In::comment;
      } else {
        in_ = c == '*' ? In::comment_star : c == '/' ? In::comment_slash : In::comment;
      }
      return;
    }
    case In::dollar:
    case In::parameter:
      if (is_digit(c) && (in_ == In::parameter || size_ == 0)) {
        in_ = In::parameter;
        number_ = number_ > kLargestParameter ? number_ : number_ * 10 + (c - '0');
      } else if (in_ == In::parameter) {
        tokens_.parameter(number_ > kLargestParameter ? kLargestParameter + 1 : number_);
        again(c);
      } else if (c == '$') {
        matched_ = 0;
        in_ = In::dollar_text;
      } else if (begins_word(c)) {
        keep(c);
        in_ = In::dollar_tag;
      } else {
        tokens_.mark('$');
        again(c);
      }
      return;
    case In::dollar_tag:
      if (c == '$') {
        // A tag that was cut could not be told from another one.
        if (size_ == kept_.size()) tokens_.lost();
        in_ = In::dollar_text;
      } else if (begins_word(c) || is_digit(c)) {
        keep(c);
      } else {
        tokens_.lost();
        again(c);
      }
      return;
    case In::dollar_text:
      if (c != '$') return;
      matched_ = 0;
      in_ = In::dollar_end;
      return;
    case In::dollar_end:
      if (matched_ == size_ && c == '$') {
        tokens_.text({});
        in_ = In::between;
      } else if (matched_ < size_ && c == static_cast<std::uint8_t>(kept_[matched_])) {
        ++matched_;
      } else {
        matched_ = 0;
        in_ = c == '$' ? In::dollar_end : In::dollar_text;
      }
      return;
  }
}

}  // namespace bulkhead
