#include "protocol/protocol_table.hpp"

#include "protocol/amqp.hpp"
#include "protocol/cassandra.hpp"
#include "protocol/dns.hpp"
#include "protocol/http2.hpp"
#include "protocol/imap.hpp"
#include "protocol/kafka.hpp"
#include "protocol/ldap.hpp"
#include "protocol/memcached.hpp"
#include "protocol/mongodb.hpp"
#include "protocol/mqtt.hpp"
#include "protocol/mysql.hpp"
#include "protocol/nats.hpp"
#include "protocol/pop3.hpp"
#include "protocol/postgresql.hpp"
#include "protocol/proxy_preface.hpp"
#include "protocol/redis.hpp"
#include "protocol/smtp_ftp.hpp"
#include "protocol/statsd.hpp"
#include "protocol/syslog.hpp"
#include "protocol/tds.hpp"
#include "protocol/tns.hpp"
#include "protocol/websocket.hpp"

namespace bulkhead {
namespace {

constexpr ProtocolEntry kTable[] = {
    {http2_client, http2_server, follow_http2},
    {websocket_client, websocket_server, follow_websocket, true},
    {redis_client, nullptr, follow_redis},
    {postgresql_client, nullptr, follow_postgresql},
    {postgresql_statement, nullptr, follow_postgresql_statements},
    {nullptr, mysql_server, follow_mysql},
    {mysql_statement, nullptr, follow_mysql_statements},
    {smtp_client, smtp_ftp_server, follow_smtp_ftp},
    {nullptr, pop3_server, follow_pop3},
    {nullptr, imap_server, follow_imap},
    {nullptr, nats_server, follow_nats},
    {mongodb_client, nullptr, follow_mongodb},
    {dns_client, nullptr, follow_dns},
    {kafka_client, nullptr, follow_kafka},
    {mqtt_client, nullptr, follow_mqtt},
    {amqp_client, nullptr, follow_amqp},
    {cassandra_client, nullptr, follow_cassandra},
    {memcached_client, nullptr, follow_memcached},
    {ldap_client, nullptr, follow_ldap},
    {tds_client, nullptr, follow_tds},
    {tns_client, nullptr, follow_tns},
    {syslog_client, nullptr, follow_syslog},
    {statsd_client, nullptr, follow_statsd},
    {proxy_client, nullptr, follow_proxy},
};
static_assert(std::size(kTable) <= 64, "Opening keeps a bit for each");

}  // namespace

std::span<const ProtocolEntry> protocol_table() noexcept { return kTable; }

}  // namespace bulkhead
