// The hellos of a TLS session: four bytes of seed, two bytes of length, so much of the client's records, the rest the
// server's. The version and name that are read, and where the session is taken for encrypted, must not depend on cuts.
#include "protocol/tls.hpp"
#include "protocol_compare.hpp"

using namespace bulkhead;

namespace {

struct Reading {
  std::size_t proven_after = 0;
  std::uint16_t version = 0;
  std::string name;
  bool failed = false;
  friend bool operator==(const Reading&, const Reading&) = default;
};

Reading read(Bytes client, Bytes server, std::uint32_t cut) {
  Reading reading;
  Tls tls;
  std::size_t fed = 0;
  const auto feed = [&](Direction direction, Bytes piece) {
    if (reading.failed || reading.proven_after > 0) return;
    const Tls::Result result = tls.feed(direction, piece);
    if (result.taken > piece.size()) std::abort();
    fed += result.taken;
    if (result.outcome == Tls::Outcome::not_tls) reading.failed = true;
    if (result.outcome == Tls::Outcome::proven) reading.proven_after = fed;
    if (result.outcome == Tls::Outcome::need_more && result.taken != piece.size()) std::abort();
  };
  fuzz::in_pieces(client, cut, [&](Bytes piece) { feed(Direction::request, piece); });
  fuzz::in_pieces(server, cut, [&](Bytes piece) { feed(Direction::response, piece); });
  reading.version = tls.hellos().version;
  reading.name = tls.hellos().server_name;
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input(data, size);
  const std::uint32_t seed = fuzz::take_seed(input);
  Reader reader(input);
  const std::size_t wanted = reader.u16();
  const Bytes rest = reader.rest();
  const std::size_t length = wanted < rest.size() ? wanted : rest.size();
  const Reading whole = read(rest.first(length), rest.subspan(length), 0);
  for (const std::uint32_t cut : {std::uint32_t{1}, seed | 2})
    if (!(read(rest.first(length), rest.subspan(length), cut) == whole)) std::abort();
  return 0;
}
