#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// POP3 (RFC 1939; AUTH RFC 5034, STLS RFC 2595). What logs in has its role; mails are taken apart (mime.hpp).
Match pop3_server(Bytes first) noexcept;
std::unique_ptr<Follower> follow_pop3(DecodePool& pool);

}  // namespace bulkhead
