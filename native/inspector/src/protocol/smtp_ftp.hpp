#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// The two protocols whose server speaks first, in reply codes: SMTP (RFC 5321; AUTH RFC 4954, STARTTLS RFC 3207, BDAT
/// RFC 3030) and the control connection of FTP (RFC 959; AUTH TLS RFC 4217). Which one it is the client's commands tell.
///
/// Where FTP says that a data connection follows, and what it carries, the sink is told (announcement.hpp).
/// A command's line is a field; what logs in is a field of its own with its role; a mail is taken apart (mime.hpp).
Match smtp_client(Bytes first) noexcept;
Match smtp_ftp_server(Bytes first) noexcept;
std::unique_ptr<Follower> follow_smtp_ftp(DecodePool& pool);

}  // namespace bulkhead
