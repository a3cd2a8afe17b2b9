#include "protocol/grpc.hpp"

#include <algorithm>

#include "protocol/protobuf.hpp"

namespace bulkhead {

void GrpcMessages::begin_message(const Outlet& out) noexcept {
  Reader prefix(Bytes{prefix_, sizeof prefix_});
  const bool compressed = prefix.u8() != 0;
  left_ = prefix.u32();
  prefix_count_ = 0;
  out.close();
  unpacked_.reset();
  if (left_ == 0) return;
  message_ = std::make_unique<InnerScript>(Protocol::grpc);
  message_->begin(walk_protobuf(message_->input()));
  if (!compressed) return message_->input().enter(left_);
  unpacked_ = std::make_unique<Unpacked>(pool_, *message_);
  unpacked_->begin();
}

void GrpcMessages::take(Bytes bytes, Origin origin, const Outlet& out) noexcept {
  while (!bytes.empty()) {
    if (left_ == 0) {
      prefix_[prefix_count_++] = bytes[0];
      bytes = bytes.subspan(1);
      if (prefix_count_ == sizeof prefix_) begin_message(out);
      continue;
    }
    const Bytes part = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    Consumer& to = unpacked_ ? static_cast<Consumer&>(*unpacked_) : *message_;
    to.take(part, origin, out);
    left_ -= part.size();
    bytes = bytes.subspan(part.size());
    if (left_ > 0) continue;
    if (unpacked_) unpacked_->finish(out);
    out.close();
  }
}

}  // namespace bulkhead
