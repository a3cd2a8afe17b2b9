#include "engine/subject_text.hpp"

#include <algorithm>

#include "detect/telling.hpp"

namespace bulkhead {
namespace {

constexpr std::size_t kLongestName = 24;
constexpr std::size_t kMostDigits = 2;
constexpr std::size_t kLongestPlain = 16;  // letters of both cases beyond this are a token, not a name

using Out = std::array<char, kMaxSubject>;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_alpha(char c) noexcept { return is_upper(c) || is_lower(c); }
bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Whether a name says what something is rather than which one it is.
bool is_plain_name(std::string_view name) noexcept {
  const auto count = [name](auto&& which) { return static_cast<std::size_t>(std::count_if(name.begin(), name.end(), which)); };
  if (name.size() > kLongestName || count(is_digit) > kMostDigits || detect::is_telling(name)) return false;
  if (name.size() > kLongestPlain && count(is_upper) > 1 && count(is_lower) > 1 && name.find('_') == std::string_view::npos)
    return false;
  return count([](char c) { return is_alpha(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '~'; }) ==
         name.size();
}

class Writer {
 public:
  explicit Writer(Out& out) noexcept : out_(out) {}
  void add(char c) noexcept {
    if (size_ < out_.size()) out_[size_++] = c;
  }
  void add(std::string_view text) noexcept {
    for (const char c : text) add(c);
  }
  void name(std::string_view name) noexcept {
    if (is_plain_name(name)) {
      add(name);
    } else {
      add('*');
    }
  }
  /// One space, unless there is one or nothing yet.
  void space() noexcept {
    if (size_ > 0 && out_[size_ - 1] != ' ') add(' ');
  }
  std::size_t done() noexcept {
    while (size_ > 0 && out_[size_ - 1] == ' ') --size_;
    return size_;
  }
  [[nodiscard]] bool full() const noexcept { return size_ == out_.size(); }

 private:
  Out& out_;
  std::size_t size_ = 0;
};

std::string_view header_of(std::string_view head, std::string_view name) noexcept {
  const std::size_t at = head.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view value = head.substr(at + name.size());
  return value.substr(0, value.find('\r'));
}

/// A path of gRPC names a service and a method: identifiers of its definition, longer than words of a path mostly are.
bool is_definition(std::string_view part) noexcept {
  constexpr std::size_t kLongest = 64;
  const auto digits = static_cast<std::size_t>(std::count_if(part.begin(), part.end(), is_digit));
  const bool name = std::all_of(part.begin(), part.end(), [](char c) { return is_alpha(c) || is_digit(c) || c == '.' || c == '_'; });
  return part.size() <= kLongest && digits <= kMostDigits && name && !detect::is_telling(part);
}

void path(std::string_view target, bool grpc, Writer& out) noexcept {
  target = target.substr(0, std::min(target.find('?'), target.find('#')));
  const std::size_t scheme = target.find("://");
  if (scheme != std::string_view::npos) {  // of a proxy's request
    const std::size_t from = target.find('/', scheme + 3);
    target = from == std::string_view::npos ? std::string_view("/") : target.substr(from);
  }
  if (!target.starts_with('/')) {  // host and port, "*"
    out.add('*');
    return;
  }
  while (!target.empty()) {
    out.add('/');
    target.remove_prefix(1);
    const std::string_view part = target.substr(0, target.find('/'));
    if (grpc && is_definition(part)) {
      out.add(part);
    } else if (!part.empty()) {
      out.name(part);
    }
    target.remove_prefix(part.size());
  }
}

bool is_word(char c) noexcept { return is_alpha(c) || is_digit(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80; }

/// Walks a statement; what it does not understand it leaves out.
class Statement {
 public:
  Statement(std::string_view text, bool double_quoted_text, Out& out) noexcept
      : text_(text), double_quoted_text_(double_quoted_text), out_(out) {}

  std::size_t shape() noexcept {
    while (at_ < text_.size() && !out_.full()) step();
    return out_.done();
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void step() noexcept {
    const char c = peek();
    if (is_blank(c)) {
      out_.space();
      ++at_;
    } else if ((c == '-' && peek(1) == '-') || (c == '#' && double_quoted_text_)) {
      skip_to("\n");
    } else if (c == '/' && peek(1) == '*') {
      skip_to("*/");
    } else if (c == '\'' || (c == '"' && double_quoted_text_)) {
      quoted(c, true);
      out_.add('?');
    } else if (c == '"' || c == '`') {
      const std::size_t from = at_ + 1;
      quoted(c, c == '"' && double_quoted_text_);
      const std::size_t to = std::max(from, at_ > from && text_[at_ - 1] == c ? at_ - 1 : at_);
      out_.name(text_.substr(from, to - from));
    } else if (c == '$' && dollar_quoted()) {
      out_.add('?');
    } else if (c == '$' && is_digit(peek(1))) {
      word();  // a parameter
      out_.add('?');
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number();
      out_.add('?');
    } else if (is_word(c)) {
      const std::string_view name = word();
      // A prefix of a text: N'…', E'…', X'…', _utf8'…'.
      if (peek() != '\'') out_.name(name);
    } else {
      constexpr std::string_view kMarks = "(),.;=<>!+-*/%?:[]{}|&@";
      if (kMarks.find(c) != std::string_view::npos) out_.add(c);
      ++at_;
    }
  }

  void skip_to(std::string_view end) noexcept {
    const std::size_t found = text_.find(end, at_ + 2);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
    out_.space();
  }
  /// Past a quoted text, in which a doubled quote is one, and a backslash takes the next byte where texts have escapes.
  void quoted(char quote, bool escapes) noexcept {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\' && escapes) {
        ++at_;
        continue;
      }
      if (text_[at_] != quote) continue;
      if (peek(1) != quote) break;
      ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
  }
  bool dollar_quoted() noexcept {
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_word(text_[end]) && text_[end] != '$') ++end;
    if (end >= text_.size() || text_[end] != '$' || is_digit(peek(1))) return false;
    const std::string_view tag = text_.substr(at_, end + 1 - at_);
    const std::size_t close = text_.find(tag, end + 1);
    at_ = close == std::string_view::npos ? text_.size() : close + tag.size();
    return true;
  }
  void number() noexcept {
    // Dates, addresses and UUIDs of CQL are one, and so is an exponent.
    while (is_word(peek()) || peek() == '.' || (peek() == '-' && is_word(peek(1)))) ++at_;
  }
  std::string_view word() noexcept {
    const std::size_t from = at_;
    while (is_word(peek())) ++at_;
    return text_.substr(from, at_ - from);
  }

  std::string_view text_;
  bool double_quoted_text_;
  Writer out_;
  std::size_t at_ = 0;
};

}  // namespace

std::size_t request_subject(std::string_view head, Out& out) noexcept {
  Writer writer(out);
  std::string_view method, target;
  bool grpc = false;
  if (head.starts_with(':')) {
    method = header_of(head, ":method: ");
    target = header_of(head, ":path: ");
    grpc = header_of(head, "\r\ncontent-type: ").starts_with("application/grpc");
  } else {
    const std::string_view line = head.substr(0, std::min(head.find('\r'), head.find('\n')));
    method = line.substr(0, line.find(' '));
    if (method.size() < line.size()) target = line.substr(method.size() + 1);
    target = target.substr(0, target.find(' '));
  }
  constexpr std::size_t kLongestMethod = 16;
  if (method.empty() || method.size() > kLongestMethod || !std::all_of(method.begin(), method.end(), is_upper)) return 0;
  writer.add(method);
  if (target.empty()) return writer.done();
  writer.add(' ');
  path(target, grpc, writer);
  return writer.done();
}

std::size_t statement_subject(std::string_view statement, bool double_quoted_text, Out& out) noexcept {
  return Statement(statement, double_quoted_text, out).shape();
}

std::size_t command_subject(std::string_view command, Out& out) noexcept {
  constexpr std::size_t kLongestCommand = 16;
  if (command.size() > kLongestCommand || !std::all_of(command.begin(), command.end(), is_alpha)) return 0;
  return static_cast<std::size_t>(std::copy(command.begin(), command.end(), out.begin()) - out.begin());
}

}  // namespace bulkhead
