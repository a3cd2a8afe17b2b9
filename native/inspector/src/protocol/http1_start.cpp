#include "protocol/http1_start.hpp"

#include <algorithm>
#include <cstring>

#include "protocol/characters.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

constexpr std::string_view kVersion = "http/";

bool blank(char c) noexcept { return is_blank(static_cast<std::uint8_t>(c)); }

Http1Start read_status_line(std::string_view line) noexcept {
  Http1Start start;
  const auto version_end = std::find_if(line.begin(), line.end(), blank);
  const std::string_view version(line.begin(), version_end);
  start.old_version = !version.ends_with("/1.1");
  // Four digits tell a status from a longer number.
  auto digit = std::find_if_not(version_end, line.end(), blank);
  for (int i = 0; i < 4 && digit != line.end() && is_digit(static_cast<std::uint8_t>(*digit)); ++i, ++digit)
    start.status = static_cast<std::uint16_t>(start.status * 10 + (*digit - '0'));
  start.malformed = !same_word(version.substr(0, kVersion.size()), kVersion) || start.status < 100 || start.status > 999;
  return start;
}

bool begins_with_method(std::string_view line) noexcept {
  const auto end = std::find_if_not(line.begin(), line.end(), [](char c) { return is_token_char(static_cast<std::uint8_t>(c)); });
  return end != line.begin() && end != line.end() && blank(*end);
}

/// `line` may lack its beginning.
bool ends_with_version(std::string_view line) noexcept {
  if (line.ends_with(" HTTP/1.1")) return true;  // as nearly all do
  while (!line.empty() && blank(line.back())) line.remove_suffix(1);
  constexpr std::size_t kNumber = 3;  // of 1.1
  if (line.size() < 1 + kVersion.size() + kNumber) return false;
  line.remove_prefix(line.size() - 1 - kVersion.size() - kNumber);
  const std::string_view number = line.substr(1 + kVersion.size());
  return blank(line[0]) && same_word(line.substr(1, kVersion.size()), kVersion) &&
         is_digit(static_cast<std::uint8_t>(number[0])) && number[1] == '.' && is_digit(static_cast<std::uint8_t>(number[2]));
}

/// A line by how it begins and how it ends.
Http1Start read_parts(std::string_view begin, std::string_view end, bool response) noexcept {
  if (response) return read_status_line(begin);
  Http1Start start;
  if (begin.starts_with("HEAD ")) start.method = Http1Start::Method::head;
  if (begin.starts_with("CONNECT ")) start.method = Http1Start::Method::connect;
  start.malformed = !begins_with_method(begin) || !ends_with_version(end);
  return start;
}

}  // namespace

void Http1StartLine::add(Bytes bytes) noexcept {
  if (bytes.empty()) return;
  if (size_ < kStartLineBegin) std::memcpy(begin_.data() + size_, bytes.data(), std::min(kStartLineBegin - size_, bytes.size()));
  if (bytes.size() >= kStartLineEnd) {
    std::memcpy(end_.data(), bytes.data() + bytes.size() - kStartLineEnd, kStartLineEnd);
  } else {
    std::memmove(end_.data(), end_.data() + bytes.size(), kStartLineEnd - bytes.size());
    std::memcpy(end_.data() + kStartLineEnd - bytes.size(), bytes.data(), bytes.size());
  }
  size_ = static_cast<std::uint32_t>(std::min<std::size_t>(kMostStartLine + 1, size_ + bytes.size()));
}

Http1Start Http1StartLine::read(bool response) const noexcept {
  const std::size_t ending = std::min<std::size_t>(kStartLineEnd, size_);
  return read_parts({begin_.data(), std::min<std::size_t>(kStartLineBegin, size_)}, {end_.data() + kStartLineEnd - ending, ending}, response);
}

Http1Start read_http1_start(std::string_view line, bool response) noexcept {
  const std::string_view end = line.substr(line.size() - std::min(line.size(), kStartLineEnd));
  Http1Start start = read_parts(line.substr(0, kStartLineBegin), end, response);
  start.malformed = start.malformed || line.size() > kMostStartLine;
  return start;
}

}  // namespace bulkhead
