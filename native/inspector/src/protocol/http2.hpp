#pragma once

#include "protocol/protocol_table.hpp"

namespace bulkhead {

/// HTTP/2 in cleartext (RFC 9113), by prior knowledge, by upgrade, or picked up in the middle; gRPC is recognised by its
/// content type.
///
/// The fields of a header block are the lines of a head; DATA of a stream is its body. Bounded: header list and table
/// (hpack.hpp), CONTINUATION frames of a block, streams at once. DATA is inspected also when the headers are lost.
Match http2_client(Bytes first) noexcept;
Match http2_server(Bytes first) noexcept;
std::unique_ptr<Follower> follow_http2(DecodePool& pool);

}  // namespace bulkhead
