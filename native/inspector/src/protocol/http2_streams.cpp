#include "protocol/http2_streams.hpp"

#include <algorithm>

namespace bulkhead {

void Http2Body::begin(const Http2Message& message, DecodePool& pool, const Outlet& out) noexcept {
  if (message.grpc) {
    grpc_ = std::make_unique<GrpcMessages>(pool);
    return;
  }
  decoder_ = std::make_unique<BodyDecoder>(pool, message.encodings, message.brotli);
  unsupported_ = message.unsupported;
  if (unsupported_) out.raise(Exception::unsupported_encoding, 0);
}

void Http2Body::take(Bytes bytes, Origin origin, const Outlet& out) noexcept {
  resume(out);
  if (grpc_) return grpc_->take(bytes, origin, out);
  if (unsupported_) undecoded_ += bytes.size();
  if (decoder_) return decoder_->feed(bytes, origin, out);
  out.write(bytes, origin);
}

void Http2Body::interrupt(const Outlet& out) noexcept {
  if (!interrupted_) field_ = out.field.last();
  interrupted_ = true;
}

void Http2Body::resume(const Outlet& out) noexcept {
  if (interrupted_) out.start(field_);
  interrupted_ = false;
}

void Http2Body::end(const Outlet& out) noexcept {
  resume(out);
  if (decoder_) decoder_->finish(out);
  if (undecoded_ > 0) out.raise(Exception::unsupported_encoding, undecoded_);
  // The body's last field may be named by what goes away with it.
  out.start(Protocol::http2, Location::stream);
}

void Http2Streams::begin(std::uint32_t id, const Http2Message& message, const Outlet& out) noexcept {
  if (has(id)) return;
  if (streams_.size() == kMost) return out.raise(Exception::memory_cap, 0);
  streams_.push_back({id, std::make_unique<Http2Body>()});
  streams_.back().body->begin(message, pool_, out);
}

bool Http2Streams::has(std::uint32_t id) const noexcept {
  return std::any_of(streams_.begin(), streams_.end(), [id](const Stream& stream) { return stream.id == id; });
}

Http2Body& Http2Streams::body(std::uint32_t id, const Outlet& out) noexcept {
  if (id != last_) interrupt(out);
  last_ = id;
  return of(id);
}

void Http2Streams::interrupt(const Outlet& out) noexcept {
  out.close();
  of(last_).interrupt(out);
  last_ = 0;
}

Http2Body& Http2Streams::of(std::uint32_t id) noexcept {
  for (Stream& stream : streams_)
    if (stream.id == id) return *stream.body;
  return unknown_;
}

void Http2Streams::end(std::uint32_t id, const Outlet& out) noexcept {
  for (Stream& stream : streams_) {
    if (stream.id != id) continue;
    if (id != last_) interrupt(out);
    last_ = 0;
    stream.body->end(out);
    std::swap(stream, streams_.back());
    streams_.pop_back();
    return;
  }
}

}  // namespace bulkhead
