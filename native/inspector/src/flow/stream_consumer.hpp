#pragma once

#include <cstdint>
#include <memory>

#include "bulkhead/content.hpp"
#include "bulkhead/engine.hpp"

namespace bulkhead {

/// Whatever the layer above keeps for one session. Destroyed with the session.
class Attachment {
 public:
  virtual ~Attachment() = default;
};

/// How the session's packets are treated from now on. Set by the layer above.
enum class Disposition : std::uint8_t {
  inspect,
  blocked,    ///< every further packet is dropped
  offloaded,  ///< proven encrypted: forwarded unseen
};

/// One 5-tuple in the flow table, as the layer above may see it. The table owns it; the reference is valid until
/// `on_close` returns.
struct Session {
  SessionView view;
  Disposition disposition = Disposition::inspect;
  bool midstream = false;  ///< picked up without its handshake; `view.client` is then a guess by port and payload
  std::unique_ptr<Attachment> attachment;  ///< null until the layer above first sees payload
};

/// What the flow layer tells the layer above: the payload of each direction exactly once and in order.
class StreamConsumer {
 public:
  /// Bytes that follow what was delivered before in this direction. Origin::in_packet: they are the current packet's
  /// own; Origin::decoded: a copy (held while a hole was open, or a reassembled fragment).
  virtual void on_stream(Session& session, Direction direction, Bytes bytes, Origin origin) noexcept = 0;
  /// `bytes` never came; what follows is not contiguous with what was before. Raises no exception of its own: count
  /// them here. (Exceptions that lead to a gap, such as a truncated packet, are raised with 0 bytes.)
  virtual void on_gap(Session& session, Direction direction, std::uint64_t bytes) noexcept = 0;
  /// No more bytes in this direction (FIN in order, evicted, idle, the capture ended; after a reset, once a short
  /// silence shows that the peer took it).
  virtual void on_stream_end(Session& session, Direction direction) noexcept = 0;
  /// The payload of one UDP datagram, whole, or of one ICMP message (what follows its eight header bytes).
  virtual void on_datagram(Session& session, Direction direction, Bytes bytes, Origin origin) noexcept = 0;
  /// `bytes` were passed over without being delivered. `session` is null when the packet could not be attributed.
  virtual void on_exception(Session* session, Direction direction, Exception exception,
                            std::uint64_t bytes) noexcept = 0;
  /// The session leaves the table; both directions have ended.
  virtual void on_close(Session& session) noexcept = 0;

 protected:
  ~StreamConsumer() = default;
};

}  // namespace bulkhead
