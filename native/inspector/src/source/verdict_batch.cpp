#include "source/verdict_batch.hpp"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <sched.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "source/marks.hpp"

namespace bulkhead {
namespace {

constexpr int kTries = 8;
std::uint8_t kPadding[3] = {};

}  // namespace

void VerdictBatch::verdict(std::uint8_t message, std::uint16_t queue, std::uint32_t id, std::uint32_t what) noexcept {
  writer_.begin(NFNL_SUBSYS_QUEUE, message, 0, queue);
  const nfqnl_msg_verdict_hdr head{htonl(what), htonl(id)};
  writer_.attribute(NFQA_VERDICT_HDR, &head, sizeof head);
}

void VerdictBatch::close_run() noexcept {
  if (run_length_ == 0) return;
  // A batch verdict settles everything up to its id: all before the run is settled by messages in front of this one.
  verdict(run_length_ == 1 ? NFQNL_MSG_VERDICT : NFQNL_MSG_VERDICT_BATCH, run_queue_, run_id_, NF_ACCEPT);
  writer_.attribute_u32(NFQA_MARK, run_mark_);
  run_length_ = 0;
}

void VerdictBatch::put_control() noexcept {
  if (writer_.size() == sent_control_) return;
  parts_[part_count_++] = {control_.data() + sent_control_, writer_.size() - sent_control_};
  sent_control_ = writer_.size();
}

void VerdictBatch::add(const QueuedPacket& packet, std::uint16_t queue, Action action) noexcept {
  const std::uint32_t mark = mark_after(packet.mark, action);
  if (action != Action::drop && action != Action::forward_modified) {
    if (run_length_ > 0 && run_mark_ != mark) close_run();
    ++run_length_;
    run_id_ = packet.id;
    run_mark_ = mark;
    run_queue_ = queue;
    return;
  }
  close_run();
  if (action == Action::drop) {
    verdict(NFQNL_MSG_VERDICT, queue, packet.id, NF_DROP);
    return;
  }
  verdict(NFQNL_MSG_VERDICT, queue, packet.id, NF_ACCEPT);
  writer_.attribute_u32(NFQA_MARK, mark);
  writer_.attribute_elsewhere(NFQA_PAYLOAD, packet.payload.size());
  put_control();
  parts_[part_count_++] = {packet.payload.data(), packet.payload.size()};
  const std::size_t padding = netlink_padded(packet.payload.size()) - packet.payload.size();
  if (padding > 0) parts_[part_count_++] = {kPadding, padding};
}

bool VerdictBatch::send(int fd) noexcept {
  close_run();
  put_control();
  if (part_count_ == 0) return true;
  msghdr message{};
  message.msg_iov = parts_.data();
  message.msg_iovlen = part_count_;
  ssize_t sent = -1;
  // A verdict that is not given keeps its packet in the kernel for ever: lack of memory is worth some tries.
  for (int tries = 0; tries < kTries && sent < 0; ++tries) {
    sent = ::sendmsg(fd, &message, 0);
    if (sent < 0 && errno != EINTR) ::sched_yield();
  }
  writer_.clear();
  sent_control_ = 0;
  part_count_ = 0;
  return sent >= 0;
}

}  // namespace bulkhead
