#include "protocol/bound_columns.hpp"

namespace bulkhead {

void BoundColumns::clear() noexcept {
  names_.clear();
  ends_.clear();
  told_.clear();
  row_start_ = row_ = repeats_ = 0;
  in_row_ = broken_ = false;
}

BoundColumns::Id BoundColumns::id_of(std::string_view name) noexcept {
  if (name.empty()) return kNone;
  for (std::size_t i = 1; i <= ends_.size(); ++i)
    if (name_of(static_cast<Id>(i)) == name) return static_cast<Id>(i);
  if (ends_.size() == kMostNames || names_.size() + name.size() > kNameBytes) return kNone;
  names_.append(name);
  ends_.push_back(static_cast<std::uint16_t>(names_.size()));
  return static_cast<Id>(ends_.size());
}

std::string_view BoundColumns::name_of(Id id) const noexcept {
  const std::size_t from = id == 1 ? 0 : ends_[id - 2U];
  return std::string_view(names_).substr(from, ends_[id - 1U] - from);
}

void BoundColumns::begin_row() noexcept {
  const auto next = static_cast<std::uint32_t>(told_.size());
  if (!in_row_) {
    row_start_ = next;
  } else if (row_ == 0 && next > row_start_) {
    row_ = next - row_start_;
  }
  in_row_ = true;
}

void BoundColumns::tell(std::uint32_t number, Id column) noexcept {
  if (number < told_.size()) {
    if (told_[number] == kNone) told_[number] = column;
    return;
  }
  if (row_ > 0 && !broken_) {
    const auto next = static_cast<std::uint32_t>(told_.size()) + repeats_;
    if (number < next) return;
    if (number == next && repeated(number) == column) {
      ++repeats_;
      return;
    }
    // No such row, or the rows are over: what they repeated is told one by one, or else what comes is not known.
    broken_ = next > kMostTold;
    for (; !broken_ && repeats_ > 0; --repeats_) told_.push_back(repeated(static_cast<std::uint32_t>(told_.size())));
    if (!broken_) row_ = 0;
  }
  if (broken_ || number >= kMostTold) return;
  told_.resize(number, kNone);
  told_.push_back(column);
}

std::string_view BoundColumns::name(std::uint32_t number) const noexcept {
  Id id = kNone;
  if (number < told_.size()) {
    id = told_[number];
  } else if (number - told_.size() < repeats_) {
    id = repeated(number);
  }
  return id == kNone ? std::string_view() : name_of(id);
}

void BoundColumns::shrink() noexcept {
  names_.shrink_to_fit();
  ends_.shrink_to_fit();
  told_.shrink_to_fit();
}

}  // namespace bulkhead
