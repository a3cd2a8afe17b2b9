#include <doctest/doctest.h>
#include <linux/netfilter/nfnetlink_log.h>

#include <string>
#include <vector>

#include "bulkhead/log_socket.hpp"
#include "netlink_message.hpp"

using namespace bulkhead::nftables;

namespace {

constexpr int kPacket = (NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_PACKET;

struct Logged {
  std::string prefix;
  Buffer packet;
  bool operator==(const Logged&) const = default;
};

std::vector<Logged> read_log(const Buffer& bytes) {
  const Buffer exact(bytes.begin(), bytes.end());
  std::vector<Logged> packets;
  each_logged_packet(
      exact,
      [](void* argument, const LoggedPacket& logged) noexcept {
        static_cast<std::vector<Logged>*>(argument)->push_back(
            {std::string(logged.prefix), Buffer(logged.packet.begin(), logged.packet.end())});
      },
      &packets);
  return packets;
}

Buffer logged(const Buffer& prefix, const Buffer& packet, int type = kPacket) {
  const Buffer attributes = joined({attribute(NFULA_PREFIX, prefix), attribute(NFULA_PAYLOAD, packet)});
  return message(type, 0, joined({bytes_of(nfgenmsg{}), attributes}));
}

}  // namespace

TEST_CASE("each packet of a read comes with its prefix, and messages of other kinds are passed over") {
  const Buffer bytes = joined({logged(name_of("rule a"), {1, 2, 3}), logged(name_of("rule b"), {9}, NLMSG_DONE),
                               logged({'c'}, {})});
  CHECK(read_log(bytes) == std::vector<Logged>{{"rule a", {1, 2, 3}}, {"c", {}}});
}

TEST_CASE("cut anywhere, a read has only packets that the whole has") {
  const Buffer whole = joined({logged(name_of("a"), Buffer(20, 7)), logged(name_of("b"), Buffer(21, 8))});
  const auto all = read_log(whole);
  REQUIRE(all.size() == 2);
  for (std::size_t size = 0; size + 3 < whole.size(); ++size) {
    const auto some = read_log(Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    CHECK(some.size() < 2);
    if (!some.empty()) CHECK(some[0] == all[0]);
  }
}

TEST_CASE("lying lengths end what is read") {
  for (const std::uint32_t length : {0u, 15u, 0xfffffffdu, 0xffffffffu}) {
    Buffer lying = logged(name_of("b"), {1});
    std::memcpy(lying.data(), &length, sizeof length);
    CHECK(read_log(joined({logged(name_of("a"), {2}), lying})).size() == 1);
  }
  Buffer lying = logged(name_of("b"), {1});
  const std::uint16_t length = 0xffff;
  std::memcpy(lying.data() + sizeof(nlmsghdr) + sizeof(nfgenmsg), &length, sizeof length);
  CHECK(read_log(lying) == std::vector<Logged>{{"", {}}});
}
