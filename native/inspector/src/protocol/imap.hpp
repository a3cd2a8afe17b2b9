#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// IMAP 4 (RFC 9051, RFC 3501). Lines are fields, what LOGIN and AUTHENTICATE give has its role, and literals are mails
/// taken apart (mime.hpp). After STARTTLS and its OK the session is identified anew.
Match imap_server(Bytes first) noexcept;
std::unique_ptr<Follower> follow_imap(DecodePool& pool);

}  // namespace bulkhead
