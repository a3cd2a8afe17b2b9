#include "protocol/prepared_statements.hpp"

#include <algorithm>

namespace bulkhead {
namespace {

std::size_t size_of(const PreparedStatements::Statement& statement) noexcept {
  return sizeof statement + statement.name.capacity() + statement.types.capacity() + statement.columns.bytes();
}

}  // namespace

PreparedStatements::Statement* PreparedStatements::find(std::string_view name) noexcept {
  // The one that was prepared last is the one that is bound most often.
  const auto found = std::find_if(statements_.rbegin(), statements_.rend(), [&](const Statement& each) { return each.name == name; });
  return found == statements_.rend() ? nullptr : &*found;
}

void PreparedStatements::put(std::string_view name, BoundColumns columns, std::string_view types,
                             std::uint16_t parameters) noexcept {
  Statement* const known = find(name);
  if (known == nullptr) return replace(name, std::move(columns), types, parameters);
  if (known->columns == columns && known->types == types) return;
  known->columns.clear();
  known->types.clear();
}

void PreparedStatements::replace(std::string_view name, BoundColumns columns, std::string_view types,
                                 std::uint16_t parameters) noexcept {
  remove(name);
  if (name.size() > kLongestName) return;
  columns.shrink();
  Statement statement{std::string(name), std::move(columns), std::string(types), parameters};
  // Room for what is only known when it is executed.
  statement.types.reserve(std::min<std::size_t>(parameters, BoundColumns::kMostTold));
  const std::size_t size = size_of(statement);
  if (size > kBytes) return;
  std::size_t sum = bytes() + size;
  auto kept = statements_.begin();
  for (; kept != statements_.end() && (sum > kBytes || statements_.end() - kept >= static_cast<std::ptrdiff_t>(kMost)); ++kept)
    sum -= size_of(*kept);
  statements_.erase(statements_.begin(), kept);
  statements_.push_back(std::move(statement));
}

void PreparedStatements::remove(std::string_view name) noexcept {
  std::erase_if(statements_, [&](const Statement& each) { return each.name == name; });
}

void PreparedStatements::clear() noexcept { statements_.clear(); }

std::size_t PreparedStatements::bytes() const noexcept {
  std::size_t sum = 0;
  for (const Statement& each : statements_) sum += size_of(each);
  return sum;
}

}  // namespace bulkhead
