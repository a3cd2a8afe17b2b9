#include "protocol/mime.hpp"

#include <algorithm>

#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

char lower(char c) noexcept { return static_cast<char>(to_lower(static_cast<std::uint8_t>(c))); }

/// The value of a header, its folded lines with it; empty when there is none. `headers` are in lower case.
std::string_view header(std::string_view headers, std::string_view name) noexcept {
  for (std::size_t at = headers.find(name); at != std::string_view::npos; at = headers.find(name, at + 1)) {
    if (at != 0 && headers[at - 1] != '\n') continue;
    std::size_t end = at;
    do {
      end = headers.find('\n', end + 1);
    } while (end != std::string_view::npos && end + 1 < headers.size() &&
             (headers[end + 1] == ' ' || headers[end + 1] == '\t'));
    return headers.substr(at + name.size(), end == std::string_view::npos ? end : end - at - name.size());
  }
  return {};
}

int base64_value(std::uint8_t c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

}  // namespace

void MimeMessage::begin() noexcept {
  headers_.clear();
  held_.clear();
  depth_ = 0;
  in_headers_ = header_line_empty_ = line_start_ = true;
  head_started_ = false;
  boundary_line_ = false;
  encoding_ = Encoding::none;
  bits_ = bit_count_ = quoted_count_ = 0;
}

void MimeMessage::take(Bytes bytes, Origin origin, const Outlet& out) noexcept {
  while (!bytes.empty()) {
    if (boundary_line_) {
      const auto newline = std::find(bytes.begin(), bytes.end(), '\n');
      if (newline == bytes.end()) return;
      bytes = bytes.subspan(static_cast<std::size_t>(newline - bytes.begin()) + 1);
      boundary_line_ = false;
      start_part(out);
      continue;
    }
    if (in_headers_) {
      std::size_t taken = 0;
      if (!head_started_) out.start(Field{protocol_, Location::head});
      head_started_ = true;
      while (taken < bytes.size() && in_headers_) header_byte(bytes[taken++]);
      out.write(bytes.first(taken), origin);
      bytes = bytes.subspan(taken);
      if (!in_headers_) headers_over(out);
      continue;
    }
    if (line_start_ && depth_ > 0) {
      held_ += static_cast<char>(bytes[0]);
      bytes = bytes.subspan(1);
      if (is_boundary()) {
        held_.clear();
        boundary_line_ = true;
        out.close();
      } else if (!may_be_boundary()) {
        body_line_start(out);
      }
      continue;
    }
    const auto newline = std::find(bytes.begin(), bytes.end(), '\n');
    const bool ends = newline != bytes.end();
    const std::size_t size = static_cast<std::size_t>(newline - bytes.begin()) + (ends ? 1 : 0);
    // Without parts, what is left is all of one body: no line of it means anything.
    body(depth_ == 0 ? bytes : bytes.first(size), origin, out);
    bytes = bytes.subspan(depth_ == 0 ? bytes.size() : size);
    line_start_ = ends;
  }
}

void MimeMessage::header_byte(std::uint8_t byte) noexcept {
  if (headers_.size() < kLongestHeaders && byte != '\r') headers_ += lower(static_cast<char>(byte));
  if (byte == '\n') {
    if (header_line_empty_) in_headers_ = false;
    header_line_empty_ = true;
  } else if (byte != '\r') {
    header_line_empty_ = false;
  }
}

void MimeMessage::headers_over(const Outlet& out) noexcept {
  out.close();
  const std::string_view type = header(headers_, "content-type:");
  const std::string_view transfer = header(headers_, "content-transfer-encoding:");
  encoding_ = transfer.find("base64") != std::string_view::npos             ? Encoding::base64
              : transfer.find("quoted-printable") != std::string_view::npos ? Encoding::quoted
                                                                            : Encoding::none;
  const std::size_t named = type.find("boundary=");
  if (type.find("multipart/") != std::string_view::npos && named != std::string_view::npos) {
    std::string_view boundary = type.substr(named + 9);
    const bool quoted = boundary.starts_with('"');
    if (quoted) boundary.remove_prefix(1);
    boundary = boundary.substr(0, boundary.find_first_of(quoted ? "\"\n" : "; \t\n"));
    if (depth_ == kDeepest || boundary.size() > kLongestBoundary) {
      out.raise(Exception::depth_limit, 0);
    } else if (!boundary.empty()) {
      boundaries_[depth_++] = boundary;
    }
    encoding_ = Encoding::none;
  }
  const bool mail = type.find("message/rfc822") != std::string_view::npos;
  headers_.clear();
  line_start_ = true;
  bits_ = bit_count_ = quoted_count_ = 0;
  out.start(Field{protocol_, Location::part});
  if (mail) {
    in_headers_ = header_line_empty_ = true;
    head_started_ = false;
  }
}

void MimeMessage::start_part(const Outlet& out) noexcept {
  out.close();
  in_headers_ = header_line_empty_ = line_start_ = true;
  head_started_ = false;
  headers_.clear();
}

bool MimeMessage::may_be_boundary() const noexcept {
  if (held_.size() <= 2) return std::string_view("--").starts_with(held_);
  const std::string_view text = std::string_view(held_).substr(2);
  for (std::size_t i = 0; i < depth_; ++i) {
    const std::string_view boundary(boundaries_[i]);
    if (text.size() > boundary.size()) continue;
    if (same_word(boundary.substr(0, text.size()), text)) return true;
  }
  return false;
}

bool MimeMessage::is_boundary() noexcept {
  if (held_.size() < 3) return false;
  const std::string_view text = std::string_view(held_).substr(2);
  if (!held_.starts_with("--")) return false;
  for (std::size_t i = depth_; i > 0; --i) {
    if (!same_word(boundaries_[i - 1], text)) continue;
    depth_ = i;
    return true;
  }
  return false;
}

void MimeMessage::body_line_start(const Outlet& out) noexcept {
  std::string held;
  held.swap(held_);
  line_start_ = held.back() == '\n';
  body({reinterpret_cast<const std::uint8_t*>(held.data()), held.size()}, Origin::decoded, out);
}

void MimeMessage::body(Bytes bytes, Origin origin, const Outlet& out) noexcept {
  switch (encoding_) {
    case Encoding::none:
      return out.write(bytes, origin);
    case Encoding::base64:
      return decode_base64(bytes, out);
    case Encoding::quoted:
      return decode_quoted(bytes, out);
  }
}

void MimeMessage::decode_base64(Bytes bytes, const Outlet& out) noexcept {
  std::array<std::uint8_t, 768> decoded;
  std::size_t count = 0;
  for (const std::uint8_t byte : bytes) {
    const int value = base64_value(byte);
    if (value < 0) {
      if (byte == '=') bits_ = bit_count_ = 0;
      continue;
    }
    bits_ = bits_ << 6 | static_cast<std::uint32_t>(value);
    bit_count_ = static_cast<std::uint8_t>(bit_count_ + 6);
    if (bit_count_ < 8) continue;
    bit_count_ = static_cast<std::uint8_t>(bit_count_ - 8);
    decoded[count++] = static_cast<std::uint8_t>(bits_ >> bit_count_);
    if (count < decoded.size()) continue;
    out.write(decoded, Origin::decoded);
    count = 0;
  }
  out.write(Bytes(decoded).first(count), Origin::decoded);
}

void MimeMessage::decode_quoted(Bytes bytes, const Outlet& out) noexcept {
  std::array<std::uint8_t, 768> decoded;
  std::size_t count = 0;
  const auto put = [&](std::uint8_t byte) noexcept {
    decoded[count++] = byte;
    if (count < decoded.size()) return;
    out.write(decoded, Origin::decoded);
    count = 0;
  };
  for (const std::uint8_t byte : bytes) {
    if (quoted_count_ == 0) {
      if (byte == '=') {
        quoted_[quoted_count_++] = '=';
      } else {
        put(byte);
      }
      continue;
    }
    quoted_[quoted_count_++] = static_cast<char>(byte);
    const bool soft = byte == '\n' && (quoted_count_ == 2 || quoted_[1] == '\r');
    if (soft) {
      quoted_count_ = 0;
    } else if (quoted_count_ == 3 || (hex_value(byte) < 0 && byte != '\r')) {
      const int high = hex_value(static_cast<std::uint8_t>(quoted_[1]));
      const int low = quoted_count_ == 3 ? hex_value(byte) : -1;
      if (high >= 0 && low >= 0) {
        put(static_cast<std::uint8_t>(high << 4 | low));
      } else {
        for (std::size_t i = 0; i < quoted_count_; ++i) put(static_cast<std::uint8_t>(quoted_[i]));
      }
      quoted_count_ = 0;
    }
  }
  out.write(Bytes(decoded).first(count), Origin::decoded);
}

void MimeMessage::end(const Outlet& out) noexcept {
  if (!held_.empty()) body_line_start(out);
  out.close();
}

}  // namespace bulkhead
