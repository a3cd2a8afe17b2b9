#pragma once

#include <memory>

#include "protocol/column_table.hpp"
#include "protocol/prepared_statements.hpp"
#include "protocol/scripted.hpp"
#include "protocol/statement_reader.hpp"

namespace bulkhead {

/// Capabilities that change how commands and results are written.
inline constexpr std::uint32_t kMySqlNoEofPackets = 0x1000000, kMySqlQueryAttributes = 0x8000000;
inline constexpr std::uint32_t kMySqlWholePacket = 0xffffff;  ///< a packet of this size goes on in the next one
inline constexpr std::uint32_t kMySqlNoHeader = UINT32_MAX;   ///< no packet's header has been read

/// What client and server say once somebody is logged in.
class MySqlSession : public Scripted {
 public:
  /// Commands, as the first byte of a packet says them.
  enum Command : std::uint8_t {
    kInitDb = 2, kQuery = 3, kFieldList = 4, kStatistics = 9, kPing = 14, kChangeUser = 0x11, kPrepare = 0x16,
    kExecute = 0x17, kLongData = 0x18, kCloseStatement = 0x19, kResetStatement = 0x1a, kReset = 0x1f,
    kBulkExecute = 0xfa,
  };

 protected:
  /// `picked_up`: the login was not seen, so that the capabilities are read off what follows.
  explicit MySqlSession(bool picked_up) noexcept : Scripted(Protocol::mysql, !picked_up), picked_up_(picked_up) {}

  /// `length`: of the first packet, where its header has been read up to its number; or kMySqlNoHeader.
  Script commands(Input& in, std::uint32_t length) noexcept;
  Script results(Input& in) noexcept;

  std::uint32_t flags_ = 0;
  bool clear_password_ = false;

 private:
  /// A parameter whose value was sent ahead of its statement's execution.
  struct SentAhead {
    std::uint32_t statement;
    std::uint16_t parameter;
  };
  static constexpr std::size_t kMostSentAhead = 256;

  void begin_prepare(Input& in) noexcept;
  void end_prepare(Input& in) noexcept;
  /// The server's answer to a statement that is to be prepared.
  void prepare_answered(std::uint32_t id, std::uint16_t parameters) noexcept;
  void prepare_refused() noexcept;
  /// What is to be executed; the statement the server has answered for since the last command is among the known now.
  [[nodiscard]] PreparedStatements::Statement* statement(std::uint32_t id) noexcept;
  void settle_prepared() noexcept;
  void send_ahead(std::uint32_t id, std::uint16_t parameter) noexcept;
  void forget_sent_ahead(std::uint32_t id) noexcept;
  [[nodiscard]] bool sent_ahead(std::uint32_t id, std::uint32_t parameter) const noexcept;
  void forget_statements() noexcept;
  void end_ahead(Input& in) noexcept {
    if (ahead_) in.close();
    ahead_ = false;
  }

  ColumnTable columns_;
  PreparedStatements statements_;               ///< touched by the client's script alone
  std::unique_ptr<StatementReader> preparing_;
  std::vector<SentAhead> sent_ahead_;
  SentAhead last_ahead_{};
  std::string nulls_, types_;                   ///< of the execution that is being read
  std::uint32_t prepared_id_ = 0;
  std::uint32_t unanswered_ = 0;                ///< statements to be prepared that the server has not answered for
  std::uint16_t prepared_parameters_ = 0;
  bool alone_ = false;                          ///< the one that is read last is the one that is unanswered
  bool prepared_ = false;                       ///< it has been answered
  bool reading_statement_ = false;
  bool sent_ahead_lost_ = false;
  bool ahead_ = false;                          ///< the field of the last one is open
  std::uint8_t command_ = 0;
  bool picked_up_;
};

}  // namespace bulkhead
