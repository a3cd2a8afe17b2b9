#include "protocol/http1_start.hpp"

#include <algorithm>

#include "protocol/characters.hpp"

namespace bulkhead {
namespace {

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
  return start;
}

}  // namespace

Http1Start read_http1_start(std::string_view line, bool response) noexcept {
  if (response) return read_status_line(line);
  Http1Start start;
  if (line.starts_with("HEAD ")) start.method = Http1Start::Method::head;
  if (line.starts_with("CONNECT ")) start.method = Http1Start::Method::connect;
  return start;
}

}  // namespace bulkhead
