#include <algorithm>

#include "protocol/mysql_session.hpp"

namespace bulkhead {
namespace {

/// A statement's number, as a name of it.
std::string_view name_of(const std::uint32_t& id) noexcept { return {reinterpret_cast<const char*>(&id), sizeof id}; }

}  // namespace

void MySqlSession::begin_prepare(Input& in) noexcept {
  settle_prepared();
  if (!preparing_) preparing_ = std::make_unique<StatementReader>(SqlDialect::mysql);
  preparing_->begin(StatementReader::Whole::yes);
  in.listen(preparing_.get());
  reading_statement_ = true;
  // Of several that are under way at once it is not told which one an answer is about.
  alone_ = unanswered_ == 0;
  if (unanswered_ < UINT32_MAX) ++unanswered_;
}

void MySqlSession::end_prepare(Input& in) noexcept {
  if (!reading_statement_) return;
  reading_statement_ = false;
  in.listen(nullptr);
  preparing_->finish();
}

void MySqlSession::prepare_answered(std::uint32_t id, std::uint16_t parameters) noexcept {
  if (unanswered_ > 0) --unanswered_;
  prepared_ = alone_ && unanswered_ == 0 && !reading_statement_;
  alone_ = false;
  prepared_id_ = id;
  prepared_parameters_ = parameters;
}

void MySqlSession::prepare_refused() noexcept {
  if (unanswered_ > 0) --unanswered_;
  alone_ = false;
}

void MySqlSession::settle_prepared() noexcept {
  if (!prepared_) return;
  prepared_ = false;
  if (prepared_parameters_ > 0) statements_.replace(name_of(prepared_id_), preparing_->columns(), {}, prepared_parameters_);
}

PreparedStatements::Statement* MySqlSession::statement(std::uint32_t id) noexcept {
  settle_prepared();
  return statements_.find(name_of(id));
}

void MySqlSession::send_ahead(std::uint32_t id, std::uint16_t parameter) noexcept {
  if (sent_ahead(id, parameter)) return;
  if (sent_ahead_.size() == kMostSentAhead) {
    sent_ahead_lost_ = true;
  } else {
    sent_ahead_.push_back({id, parameter});
  }
}

bool MySqlSession::sent_ahead(std::uint32_t id, std::uint32_t parameter) const noexcept {
  return std::any_of(sent_ahead_.begin(), sent_ahead_.end(),
                     [&](const SentAhead& each) { return each.statement == id && each.parameter == parameter; });
}

void MySqlSession::forget_sent_ahead(std::uint32_t id) noexcept {
  std::erase_if(sent_ahead_, [&](const SentAhead& each) { return each.statement == id; });
}

void MySqlSession::forget_statements() noexcept {
  statements_.clear();
  sent_ahead_.clear();
  prepared_ = sent_ahead_lost_ = false;
}

}  // namespace bulkhead
