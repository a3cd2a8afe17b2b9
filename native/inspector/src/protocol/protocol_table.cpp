#include "protocol/protocol_table.hpp"

#include "protocol/http2.hpp"
#include "protocol/mysql.hpp"
#include "protocol/postgresql.hpp"
#include "protocol/redis.hpp"
#include "protocol/websocket.hpp"

namespace bulkhead {
namespace {

constexpr ProtocolEntry kTable[] = {
    {http2_client, http2_server, follow_http2},
    {websocket_client, websocket_server, follow_websocket, true},
    {redis_client, nullptr, follow_redis},
    {postgresql_client, nullptr, follow_postgresql},
    {nullptr, mysql_server, follow_mysql},
};
static_assert(std::size(kTable) <= 64, "Opening keeps a bit for each");

}  // namespace

std::span<const ProtocolEntry> protocol_table() noexcept { return kTable; }

}  // namespace bulkhead
