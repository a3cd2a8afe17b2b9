#pragma once

#include <optional>
#include <string_view>

#include "bulkhead/announcement.hpp"

namespace bulkhead {

/// What a line of FTP's client announces: PORT, EPRT, and the name in what moves a file or lists a folder. `verb` is the
/// command, `rest` what follows it.
std::optional<Announcement> ftp_command_announces(std::string_view verb, std::string_view rest) noexcept;

/// What the answers 227 to PASV (RFC 959) and 229 to EPSV (RFC 2428) announce.
std::optional<Announcement> ftp_reply_announces(std::uint16_t code, std::string_view line) noexcept;

}  // namespace bulkhead
