#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// LDAP 3 (RFC 4511). Strings are values, an attribute's values with its name as key; the name and the password of a
/// simple bind have their roles. After StartTLS and its success the session is identified anew.
Match ldap_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_ldap(DecodePool& pool);

}  // namespace bulkhead
