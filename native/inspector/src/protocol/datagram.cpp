#include "protocol/datagram.hpp"

#include "protocol/dns.hpp"
#include "protocol/proxy_preface.hpp"
#include "protocol/statsd.hpp"
#include "protocol/syslog.hpp"

namespace bulkhead {

Protocol read_datagram(Bytes datagram, Origin origin, const Outlet& out) noexcept {
  struct Reading {
    Protocol protocol;
    bool (*read)(Bytes datagram, Origin origin, const Outlet& out) noexcept;
  };
  static constexpr Reading kReadings[] = {
      {Protocol::dns, read_dns},
      {Protocol::syslog, read_syslog},
      {Protocol::statsd, read_statsd},
  };
  if (const std::size_t block = proxy_block_of(datagram); block != 0) {
    out.start(Protocol::raw, Location::stream);
    out.write(datagram.first(block), origin);
    out.close();
    datagram = datagram.subspan(block);
  }
  for (const Reading& reading : kReadings)
    if (reading.read(datagram, origin, out)) return reading.protocol;
  out.start(Protocol::udp, Location::stream);
  out.write(datagram, origin);
  out.close();
  return Protocol::udp;
}

}  // namespace bulkhead
