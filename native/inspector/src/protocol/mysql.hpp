#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// MySQL and MariaDB client/server protocol 4.1 (MySQL Source Code Documentation, "Client/Server Protocol"), also in
/// its compressed form.
///
/// Statements, what is bound to them, and the columns of text and binary rows are fields. A column's key is its name,
/// that of a bound value is the column that the statement says. Whole numbers in binary form are written out in digits.
/// A client that asks for SSL is identified anew from there.
Match mysql_server(Bytes first) noexcept;
std::unique_ptr<Follower> follow_mysql(DecodePool& pool);

/// A session that was there before the inspector, uncompressed: known by the next statement.
Match mysql_statement(Bytes first) noexcept;
std::unique_ptr<Follower> follow_mysql_statements(DecodePool& pool);

}  // namespace bulkhead
