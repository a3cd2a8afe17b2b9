#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// PostgreSQL frontend/backend protocol 3 (PostgreSQL documentation, chapter "Frontend/Backend Protocol").
///
/// Statements, bound parameters and the columns of rows are fields. A column's key is its name in the row description,
/// that of a parameter or of a copied value is the column that the statement says. COPY data whose columns are not known
/// is one field from its start to its end. Whole numbers in binary form are written out in digits. After SSLRequest and
/// its `S` the session is identified anew.
Match postgresql_client(Bytes first) noexcept;
std::unique_ptr<Follower> follow_postgresql(DecodePool& pool);

/// A session that was there before the inspector, as pools keep them for hours: known by the next statement.
Match postgresql_statement(Bytes first) noexcept;
std::unique_ptr<Follower> follow_postgresql_statements(DecodePool& pool);

}  // namespace bulkhead
