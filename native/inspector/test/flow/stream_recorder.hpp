#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flow/stream_consumer.hpp"

namespace bulkhead::test {

/// What became of one direction, as the layer above heard it.
struct RecordedStream {
  std::string bytes;            ///< gaps show as '~'
  std::uint64_t gap_bytes = 0;
  std::size_t in_packet_bytes = 0;
  bool ended = false;
  std::vector<std::string> datagrams;
};

struct RecordedSession {
  SessionView view;
  bool midstream = false;
  bool closed = false;
  RecordedStream streams[2];
  [[nodiscard]] const RecordedStream& request() const { return streams[0]; }
  [[nodiscard]] const RecordedStream& response() const { return streams[1]; }
};

struct RecordedException {
  Exception exception;
  std::uint64_t bytes;
  std::uint64_t session;  ///< 0: none
};

/// Remembers everything, and checks the contract of StreamConsumer as it goes.
class StreamRecorder final : public StreamConsumer {
 public:
  std::map<std::uint64_t, RecordedSession> sessions;
  std::vector<RecordedException> exceptions;
  std::vector<std::string> broken_rules;
  Disposition set_on_data = Disposition::inspect;

  [[nodiscard]] std::size_t count(Exception exception) const {
    std::size_t n = 0;
    for (const RecordedException& seen : exceptions) n += seen.exception == exception ? 1 : 0;
    return n;
  }
  [[nodiscard]] std::uint64_t bytes_of(Exception exception) const {
    std::uint64_t n = 0;
    for (const RecordedException& seen : exceptions) n += seen.exception == exception ? seen.bytes : 0;
    return n;
  }

  void on_stream(Session& session, Direction direction, Bytes bytes, Origin origin) noexcept override {
    RecordedStream& stream = live(session, direction);
    if (bytes.empty()) broken_rules.emplace_back("an empty delivery");
    stream.bytes.append(bytes.begin(), bytes.end());
    if (origin == Origin::in_packet) stream.in_packet_bytes += bytes.size();
    if (set_on_data != Disposition::inspect) session.disposition = set_on_data;
  }
  void on_gap(Session& session, Direction direction, std::uint64_t bytes) noexcept override {
    RecordedStream& stream = live(session, direction);
    if (bytes == 0) broken_rules.emplace_back("an empty gap");
    stream.bytes.push_back('~');
    stream.gap_bytes += bytes;
  }
  void on_stream_end(Session& session, Direction direction) noexcept override {
    live(session, direction).ended = true;
  }
  void on_datagram(Session& session, Direction direction, Bytes bytes, Origin) noexcept override {
    live(session, direction).datagrams.emplace_back(bytes.begin(), bytes.end());
  }
  void on_exception(Session* session, Direction, Exception exception, std::uint64_t bytes) noexcept override {
    exceptions.push_back({exception, bytes, session != nullptr ? session->view.id : 0});
  }
  void on_close(Session& session) noexcept override {
    RecordedSession& recorded = sessions[session.view.id];
    if (recorded.closed) broken_rules.emplace_back("closed twice");
    if (!recorded.streams[0].ended || !recorded.streams[1].ended)
      broken_rules.emplace_back("closed before both directions ended");
    recorded.closed = true;
  }

 private:
  RecordedStream& live(Session& session, Direction direction) {
    RecordedSession& recorded = sessions[session.view.id];
    recorded.view = session.view;
    recorded.midstream = session.midstream;
    RecordedStream& stream = recorded.streams[index_of(direction)];
    if (recorded.closed) broken_rules.emplace_back("delivery after close");
    if (stream.ended) broken_rules.emplace_back("delivery after the end of the stream");
    return stream;
  }
};

}  // namespace bulkhead::test
