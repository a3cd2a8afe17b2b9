#include "protocol/copy_data.hpp"

#include "protocol/characters.hpp"

namespace bulkhead {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\xff\r\n\0", 11);
constexpr std::uint32_t kWithOids = 1U << 16;
constexpr std::uint16_t kLastTuple = 0xffff;
/// No text begins with a byte below, but for blanks.
constexpr std::uint16_t kFirstOfText = 0x20;
constexpr std::uint8_t kOctalDigits = 3, kHexadecimalDigits = 2;

}  // namespace

void CopyData::begin(const CopyStatement& statement) noexcept {
  statement_ = &statement;
  place_ = 0;
  in_ = In::value;
  started_ = lost_ = false;
  binary_.reset();
  delimiter_ = statement.delimiter();
  special_ = statement.format() == CopyStatement::Format::csv ? statement.quote() : '\\';
  if (statement.format() != CopyStatement::Format::binary) return;
  binary_ = std::make_unique<InnerScript>(Protocol::postgresql);
  binary_->begin(tuples(binary_->input()));
}

void CopyData::end(const Outlet& out) noexcept {
  if (!begun()) return;
  if (!binary_ && !lost_) end_code(out);
  out.close();
  statement_ = nullptr;
  binary_.reset();
}

bool CopyData::lose(std::uint64_t bytes) noexcept {
  if (binary_) return binary_->lose(bytes);
  lost_ = true;
  started_ = false;
  return true;
}

void CopyData::start(const Outlet& out) noexcept {
  out.start(Field{Protocol::postgresql, Location::message, Role::none,
                  lost_ ? std::string_view() : statement_->column(place_)});
  started_ = true;
}

void CopyData::take(Bytes bytes, Origin origin, const Outlet& out) noexcept {
  if (binary_) return binary_->take(bytes, origin, out);
  if (!started_) start(out);
  if (lost_) return out.write(bytes, origin);
  std::size_t from = 0;  // of what belongs to the value as it is
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (is_plain(bytes[i])) continue;
    if (from < i) out.write(bytes.subspan(from, i - from), origin);
    from = take_byte(bytes[i], out) ? i : i + 1;
  }
  if (from < bytes.size()) out.write(bytes.subspan(from), origin);
}

bool CopyData::is_plain(std::uint8_t byte) const noexcept {
  const char c = static_cast<char>(byte);
  if (in_ == In::value) return c != delimiter_ && c != '\n' && c != special_;
  return in_ == In::quoted && c != special_ && c != statement_->escape();
}

bool CopyData::take_byte(std::uint8_t byte, const Outlet& out) noexcept {
  const char c = static_cast<char>(byte);
  switch (in_) {
    case In::value:
      if (c == special_ && c != delimiter_) {
        in_ = statement_->format() == CopyStatement::Format::csv ? In::quoted : In::escape;
        return false;
      }
      place_ = c == '\n' ? 0 : place_ + 1;
      start(out);
      return false;
    case In::quoted:
      in_ = c == statement_->escape() && c != special_ ? In::quoted_escape : In::quote;
      return false;
    case In::quote:  // a doubled one is one
      in_ = c == special_ ? In::quoted : In::value;
      return in_ == In::quoted || is_plain(byte) || take_byte(byte, out);
    case In::quoted_escape:
      in_ = In::quoted;
      return true;
    case In::escape:
      return escaped(byte, out);
    case In::octal:
    case In::hexadecimal: {
      const bool octal = in_ == In::octal;
      const int value = octal && byte > '7' ? -1 : hex_value(byte);
      if (value < 0) {
        end_code(out);
        return is_plain(byte) || take_byte(byte, out);
      }
      code_ = static_cast<std::uint8_t>(code_ * (octal ? 8 : 16) + value);
      if (++code_digits_ == (octal ? kOctalDigits : kHexadecimalDigits)) end_code(out);
      return false;
    }
  }
  return true;
}

/// What a backslash of the text format makes of the byte behind it.
bool CopyData::escaped(std::uint8_t byte, const Outlet& out) noexcept {
  constexpr std::string_view kNames = "bfnrtv", kBytes = "\b\f\n\r\t\v";
  in_ = In::value;
  code_ = code_digits_ = 0;
  if (byte == 'N') return false;  // NULL
  if (byte == 'x') {
    in_ = In::hexadecimal;
    return false;
  }
  if (byte >= '0' && byte <= '7') {
    in_ = In::octal;
    code_ = static_cast<std::uint8_t>(byte - '0');
    code_digits_ = 1;
    return false;
  }
  const std::size_t named = kNames.find(static_cast<char>(byte));
  if (named == std::string_view::npos) return true;
  write(static_cast<std::uint8_t>(kBytes[named]), out);
  return false;
}

void CopyData::end_code(const Outlet& out) noexcept {
  if (in_ == In::octal || in_ == In::hexadecimal) write(code_digits_ > 0 ? code_ : std::uint8_t{'x'}, out);
  in_ = In::value;
}

Script CopyData::tuples(Input& in) noexcept {
  co_await in.word(kSignature.size());
  if (in.kept() != kSignature) co_return Next::foreign;
  const std::uint32_t flags = co_await in.u32();
  const std::uint32_t extension = co_await in.u32();
  co_await in.skip(extension);
  for (;;) {
    const std::uint16_t count = co_await in.u16();
    if (count == kLastTuple) break;
    if ((flags & kWithOids) != 0) {
      const std::uint32_t size = co_await in.u32();
      co_await in.skip(size);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t size = co_await in.u32();
      if (size == UINT32_MAX) continue;  // NULL
      in.start(Location::message, Role::none, statement_->column(i));
      // Types are not told: a number that could be one of something begins with a byte that no text does.
      const std::uint16_t first = size == 8 || size == 4 ? co_await in.peek() : kFirstOfText;
      if (first >= kFirstOfText) {
        co_await in.content(size);
      } else if (size == 8) {
        in.write_number(co_await in.u64());
      } else {
        in.write_number(co_await in.u32());
      }
      in.close();
    }
  }
  in.start(Location::stream);
  co_await in.content(UINT64_MAX);
  co_return Next::foreign;
}

}  // namespace bulkhead
