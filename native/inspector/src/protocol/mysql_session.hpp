#pragma once

#include "protocol/column_table.hpp"
#include "protocol/scripted.hpp"

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
    kExecute = 0x17, kLongData = 0x18, kReset = 0x1f,
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
  ColumnTable columns_;
  std::uint8_t command_ = 0;
  bool picked_up_;
};

}  // namespace bulkhead
