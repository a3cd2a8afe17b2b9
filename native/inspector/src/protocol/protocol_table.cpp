#include "protocol/protocol_table.hpp"

#include "protocol/redis.hpp"

namespace bulkhead {
namespace {

constexpr ProtocolEntry kTable[] = {
    {redis_client, nullptr, follow_redis},
};
static_assert(std::size(kTable) <= 64, "Opening keeps a bit for each");

}  // namespace

std::span<const ProtocolEntry> protocol_table() noexcept { return kTable; }

}  // namespace bulkhead
