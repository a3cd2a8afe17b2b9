#include "bulkhead/set_reading.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "namespace_thread.hpp"
#include "netlink.hpp"
#include "reading/netlink_bytes.hpp"
#include "reading/set_listing.hpp"

namespace bulkhead::nftables {
namespace {

/// The kernel fills a message of a listing to at most 32 KiB where its reader has that room.
constexpr std::size_t kReceiveBytes = std::size_t{64} << 10;

/// A listing of as many elements as are read has far fewer messages: beyond them something is wrong.
constexpr int kMaxMessages = 4096;

/// A kernel that does not answer in this time has lost the question.
constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};

void append(std::vector<std::uint8_t>& bytes, const void* value, std::size_t size) noexcept {
  const auto* from = static_cast<const std::uint8_t*>(value);
  bytes.insert(bytes.end(), from, from + size);
}

void append_name(std::vector<std::uint8_t>& bytes, std::uint16_t type, const std::string& name) noexcept {
  const std::size_t size = name.size() + 1;
  const nlattr head{.nla_len = static_cast<std::uint16_t>(sizeof(nlattr) + size), .nla_type = type};
  append(bytes, &head, sizeof head);
  append(bytes, name.c_str(), size);
  bytes.resize(padded(bytes.size()));
}

/// 0, or an errno.
int ask(int fd, const SetName& name, std::uint32_t sequence) noexcept {
  std::vector<std::uint8_t> request(sizeof(nlmsghdr));
  const nfgenmsg family{.nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0, .res_id = 0};
  append(request, &family, sizeof family);
  append_name(request, NFTA_SET_ELEM_LIST_TABLE, name.table);
  append_name(request, NFTA_SET_ELEM_LIST_SET, name.set);
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(request.size());
  head.nlmsg_type = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETSETELEM;
  head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  head.nlmsg_seq = sequence;
  std::memcpy(request.data(), &head, sizeof head);
  return send(fd, request.data(), request.size(), 0) < 0 ? errno : 0;
}

/// 0, or an errno.
int list(int fd, const SetName& name, std::uint32_t sequence, std::vector<std::uint8_t>& buffer,
         SetReading& reading) noexcept {
  if (const int error = ask(fd, name, sequence); error != 0) return error;
  for (int message = 0; message < kMaxMessages; ++message) {
    const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    const auto end = take_listing({buffer.data(), static_cast<std::size_t>(got)}, sequence, reading.counts);
    if (!end) continue;
    reading.is_there = *end == 0;
    return *end == ENOENT ? 0 : *end;
  }
  return EOVERFLOW;
}

struct Job {
  std::span<const SetName> names;
  std::vector<SetReading>& sets;
  int error = 0;
};

void read_here(void* raw) noexcept {
  auto& job = *static_cast<Job*>(raw);
  const int fd = open_netfilter_socket();
  if (fd < 0) {
    job.error = errno;
    return;
  }
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  std::vector<std::uint8_t> buffer(kReceiveBytes);
  std::uint32_t sequence = 0;
  for (const SetName& name : job.names) {
    job.error = list(fd, name, ++sequence, buffer, job.sets.emplace_back());
    if (job.error != 0) break;
  }
  close(fd);
}

}  // namespace

SetsReading read_sets(const std::string& namespace_path, std::span<const SetName> names) noexcept {
  SetsReading reading;
  Job job{.names = names, .sets = reading.sets};
  const EnterResult entered = run_in_namespace(namespace_path, read_here, &job);
  if (entered.error != 0) {
    reading.outcome = outcome_of(entered.error, Outcome::kNamespaceUnavailable);
    reading.error = describe_error(entered.step, entered.error);
  } else if (job.error != 0) {
    reading.outcome = outcome_of(job.error, Outcome::kRefused);
    reading.error = describe_error("cannot read sets", job.error);
  }
  return reading;
}

}  // namespace bulkhead::nftables
