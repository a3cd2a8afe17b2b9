#include "source/link_type.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "bulkhead/packet.hpp"

namespace bulkhead {
namespace {

constexpr std::array kDecoded{LinkType::null, LinkType::ethernet, LinkType::raw_bsd,   LinkType::raw, LinkType::loop,
                              LinkType::linux_sll, LinkType::ipv4, LinkType::ipv6, LinkType::linux_sll2};

struct Name {
  std::uint32_t number;
  std::string_view name;
};

/// Names of link types that users do meet, by the registry's numbers; others are named by their number.
constexpr Name kNames[] = {
    {6, "token ring"},
    {9, "PPP"},
    {50, "PPP over HDLC"},
    {51, "PPP over Ethernet"},
    {104, "Cisco HDLC"},
    {105, "IEEE 802.11"},
    {107, "frame relay"},
    {127, "IEEE 802.11 with radiotap"},
    {187, "Bluetooth HCI"},
    {189, "Linux USB"},
    {192, "PPI"},
    {195, "IEEE 802.15.4"},
    {201, "Bluetooth HCI with direction"},
    {220, "Linux USB, padded"},
    {227, "Linux CAN"},
    {239, "NFLOG"},
    {249, "USBPcap"},
    {251, "Bluetooth LE"},
    {253, "Linux netlink"},
};

}  // namespace

bool is_decoded_link_type(std::uint32_t number) noexcept {
  return std::any_of(kDecoded.begin(), kDecoded.end(),
                     [number](LinkType type) { return static_cast<std::uint32_t>(type) == number; });
}

std::string unsupported_link_type_message(std::uint32_t number) {
  const auto* known = std::find_if(std::begin(kNames), std::end(kNames),
                                   [number](const Name& name) { return name.number == number; });
  std::string message = "link type " + std::to_string(number);
  if (known != std::end(kNames)) message += " (" + std::string(known->name) + ")";
  return message +
         " is not decoded; record on an Ethernet, loopback, Linux cooked (SLL, SLL2), BSD null/loop or raw IP interface";
}

}  // namespace bulkhead
