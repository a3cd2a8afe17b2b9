#include "reading/set_listing.hpp"

#include <doctest/doctest.h>
#include <endian.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>

#include "netlink_message.hpp"

using namespace bulkhead::nftables;

namespace {

constexpr std::uint32_t kSequence = 7;
constexpr int kNewElements = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWSETELEM;

Buffer key(const Buffer& value) { return nested(NFTA_SET_ELEM_KEY, {attribute(NFTA_DATA_VALUE, value)}); }

Buffer expression(int type, std::string_view name, const Buffer& data) {
  return nested(type, {attribute(NFTA_EXPR_NAME, name_of(name)), attribute(NFTA_EXPR_DATA | NLA_F_NESTED, data)});
}

Buffer numbers(std::uint64_t packets, std::uint64_t bytes) {
  return joined({attribute(NFTA_COUNTER_BYTES, bytes_of(htobe64(bytes))),
                 attribute(NFTA_COUNTER_PACKETS, bytes_of(htobe64(packets)))});
}

Buffer counter(std::uint64_t packets, std::uint64_t bytes) {
  return expression(NFTA_SET_ELEM_EXPR, "counter", numbers(packets, bytes));
}

Buffer element(std::initializer_list<Buffer> attributes) { return nested(NFTA_LIST_ELEM, attributes); }

Buffer counted(std::uint8_t first, std::uint64_t packets = 5, std::uint64_t bytes = 600) {
  return element({key({first, 0, 0, 1}), counter(packets, bytes)});
}

Buffer listing(const Buffer& elements, std::uint32_t sequence = kSequence, std::uint16_t flags = NLM_F_MULTI) {
  const nfgenmsg family{.nfgen_family = 1, .version = NFNETLINK_V0, .res_id = 0};
  return message(kNewElements, sequence,
                 joined({bytes_of(family), attribute(NFTA_SET_ELEM_LIST_TABLE, name_of("t")),
                         attribute(NFTA_SET_ELEM_LIST_SET, name_of("s")),
                         attribute(NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED, elements)}),
                 flags);
}

Buffer end(std::int32_t error, int type = NLMSG_DONE) { return message(type, kSequence, bytes_of(error)); }

struct Taken {
  std::optional<int> end;
  std::vector<SetCount> counts;
};

/// From a piece of memory that ends where the bytes do, so that a sanitizer sees what reads beyond.
Taken take(const Buffer& bytes) {
  const Buffer exact(bytes.begin(), bytes.end());
  Taken taken;
  taken.end = take_listing(exact, kSequence, taken.counts);
  return taken;
}

SetCount count_of(std::uint8_t first, std::uint64_t packets = 5, std::uint64_t bytes = 600) {
  SetCount count{.key = {}, .key_bytes = 4, .packets = packets, .bytes = bytes};
  count.key[0] = first;
  count.key[3] = 1;
  return count;
}

using Counts = std::vector<SetCount>;

}  // namespace

TEST_CASE("elements are read from several messages up to the listing's end") {
  const Taken taken =
      take(joined({listing(joined({counted(10), counted(11, UINT64_MAX, 0)})), listing(counted(12)), end(0)}));
  CHECK(taken.end == 0);
  CHECK(taken.counts == Counts{count_of(10), count_of(11, UINT64_MAX, 0), count_of(12)});
}

TEST_CASE("a read without the end tells that there is more to come") {
  const Taken taken = take(listing(counted(10)));
  CHECK_FALSE(taken.end);
  CHECK(taken.counts == Counts{count_of(10)});
  CHECK_FALSE(take({}).end);
}

TEST_CASE("nothing is read behind the end") {
  CHECK(take(joined({end(0), listing(counted(10))})).counts.empty());
}

TEST_CASE("an end with an error gives what the kernel said, and an error message does too") {
  for (const int type : {NLMSG_DONE, NLMSG_ERROR}) {
    const Taken taken = take(joined({listing(counted(10)), end(-ENOENT, type)}));
    CHECK(taken.end == ENOENT);
    CHECK(taken.counts == Counts{count_of(10)});
  }
}

TEST_CASE("an end that says no error of the kernel's, or none at all, is not understood") {
  CHECK(take(end(1)).end == EPROTO);
  CHECK(take(end(std::numeric_limits<std::int32_t>::min())).end == EPROTO);
  CHECK(take(message(NLMSG_DONE, kSequence, {0, 0})).end == EPROTO);
  CHECK(take(message(NLMSG_ERROR, kSequence, {})).end == EPROTO);
}

TEST_CASE("a listing that changes of rules interrupted is read on") {
  const Taken taken = take(joined({listing(counted(10), kSequence, NLM_F_MULTI | NLM_F_DUMP_INTR), end(0)}));
  CHECK(taken.end == 0);
  CHECK(taken.counts == Counts{count_of(10)});
}

TEST_CASE("the answer to an earlier question is passed over, with its end") {
  const Buffer late = joined({listing(counted(9), kSequence - 1), message(NLMSG_DONE, kSequence - 1, bytes_of(0))});
  const Taken taken = take(joined({late, listing(counted(10)), end(0)}));
  CHECK(taken.end == 0);
  CHECK(taken.counts == Counts{count_of(10)});
}

TEST_CASE("messages of other kinds hold no elements") {
  Buffer other = listing(counted(10));
  const std::uint16_t type = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_DELSETELEM;
  std::memcpy(other.data() + offsetof(nlmsghdr, nlmsg_type), &type, sizeof type);
  CHECK(take(joined({other, end(0)})).counts.empty());
  CHECK_FALSE(take(message(NLMSG_NOOP, kSequence, {})).end);
  CHECK_FALSE(take(message(kNewElements, kSequence, {1, 0})).end);
}

TEST_CASE("cut anywhere, a listing has no element that the whole has not, and no end") {
  const Buffer elements = joined({counted(10), counted(11), counted(12)});
  const Buffer whole = joined({listing(elements), listing(counted(13)), end(0)});
  const Counts all = take(whole).counts;
  REQUIRE(all.size() == 4);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Taken taken = take(Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    CHECK(taken.end != 0);
    CHECK(taken.counts.size() < 5);
    CHECK(std::equal(taken.counts.begin(), taken.counts.end(), all.begin()));
  }
}

TEST_CASE("the length of a message that is shorter than its head, or longer than what was read, is not believed") {
  for (const std::uint32_t length : {0u, 15u, 0x7fffffffu, 0xfffffffdu, 0xffffffffu}) {
    Buffer lying = listing(counted(10));
    std::memcpy(lying.data(), &length, sizeof length);
    CHECK(take(lying).end == EPROTO);
    CHECK(take(lying).counts.empty());
    const Taken taken = take(joined({listing(counted(9)), lying}));
    CHECK(taken.end == EPROTO);
    CHECK(taken.counts == Counts{count_of(9)});
  }
}

TEST_CASE("whatever length one attribute claims, the others are read as they are or not at all") {
  const Buffer elements = joined({counted(10), counted(11)});
  const Buffer honest = listing(elements);
  for (std::size_t at = sizeof(nlmsghdr) + sizeof(nfgenmsg); at + sizeof(std::uint16_t) <= honest.size(); at += 4) {
    for (const std::uint16_t length : {0, 1, 3, 4, 5, 8, 9, 200, 0x7fff, 0xffff}) {
      Buffer lying = honest;
      std::memcpy(lying.data() + at, &length, sizeof length);
      const Taken taken = take(joined({lying, end(0)}));
      CHECK(taken.end == 0);
      CHECK(taken.counts.size() <= 2);
      for (const SetCount& count : taken.counts) CHECK((count.key_bytes > 0 && count.key_bytes <= kMaxSetKeyBytes));
    }
  }
}

TEST_CASE("counters are found among other expressions of an element, in either form") {
  const Buffer several = nested(NFTA_SET_ELEM_EXPRESSIONS,
                                {expression(NFTA_LIST_ELEM, "limit", numbers(1, 1)),
                                 expression(NFTA_LIST_ELEM, "counter", numbers(5, 600)),
                                 expression(NFTA_LIST_ELEM, "quota", numbers(2, 2))});
  const Taken taken = take(listing(element({key({10, 0, 0, 1}), several})));
  CHECK(taken.counts == Counts{count_of(10)});
}

TEST_CASE("an element without a counter is left out") {
  const Buffer no_name = nested(NFTA_SET_ELEM_EXPR, {attribute(NFTA_EXPR_DATA, numbers(5, 600))});
  const Buffer named_alike = expression(NFTA_SET_ELEM_EXPR, "counters", numbers(5, 600));
  const Buffer unended = nested(NFTA_SET_ELEM_EXPR, {attribute(NFTA_EXPR_NAME, {'c', 'o', 'u', 'n', 't', 'e', 'r'})});
  const Buffer ten = key({10, 0, 0, 1});
  const Buffer other = expression(NFTA_SET_ELEM_EXPR, "limit", numbers(5, 600));
  const Buffer elements = joined({element({ten}), element({ten, other}), element({ten, no_name}),
                                  element({ten, named_alike}), element({ten, unended}), element({}), counted(11)});
  CHECK(take(listing(elements)).counts == Counts{count_of(11)});
}

TEST_CASE("a counter without numbers, or with short ones, has counted nothing") {
  const Buffer none = expression(NFTA_SET_ELEM_EXPR, "counter", {});
  const Buffer brief = expression(
      NFTA_SET_ELEM_EXPR, "counter",
      joined({attribute(NFTA_COUNTER_BYTES, {1, 2, 3, 4}), attribute(NFTA_COUNTER_PACKETS, Buffer(7, 0xff))}));
  const Buffer elements = joined({element({key({10, 0, 0, 1}), none}), element({key({11, 0, 0, 1}), brief})});
  CHECK(take(listing(elements)).counts == Counts{count_of(10, 0, 0), count_of(11, 0, 0)});
}

TEST_CASE("the longest key is read, and elements with a longer one, an empty one or none are left out") {
  const Buffer longest(kMaxSetKeyBytes, 0xab);
  const Buffer elements =
      joined({element({key(longest), counter(1, 2)}), element({key(Buffer(kMaxSetKeyBytes + 1, 1)), counter(1, 2)}),
              element({key(Buffer(4096, 1)), counter(1, 2)}), element({key({}), counter(1, 2)}),
              element({counter(1, 2)}), element({nested(NFTA_SET_ELEM_KEY, {}), counter(1, 2)})});
  const Counts counts = take(listing(elements)).counts;
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].key_bytes == kMaxSetKeyBytes);
  CHECK(std::equal(longest.begin(), longest.end(), counts[0].key.begin()));
}

TEST_CASE("attributes nested deeper than the kernel nests them are passed over") {
  Buffer deep = counter(1, 2);
  for (int depth = 0; depth < 1000; ++depth) deep = attribute(NFTA_SET_ELEM_EXPRESSIONS | NLA_F_NESTED, deep);
  const Buffer elements = joined({element({key({9, 0, 0, 1}), deep}), counted(10)});
  CHECK(take(listing(elements)).counts == Counts{count_of(10)});
}

TEST_CASE("elements beyond the bound are not kept, and the listing's end is still found") {
  Counts counts;
  std::size_t listed = 0;
  for (; listed < kMaxSetElements + 300; listed += 300) {
    Buffer elements;
    for (int i = 0; i < 300; ++i) {
      const Buffer one = counted(static_cast<std::uint8_t>(i));
      elements.insert(elements.end(), one.begin(), one.end());
    }
    CHECK_FALSE(take_listing(listing(elements), kSequence, counts));
  }
  REQUIRE(listed > kMaxSetElements);
  CHECK(counts.size() == kMaxSetElements);
  CHECK(take_listing(joined({listing(counted(10)), end(0)}), kSequence, counts) == 0);
  CHECK(counts.size() == kMaxSetElements);
}
