// A session of one protocol: four bytes of seed, then bytes of the client. 0xff 0xfe changes the direction, 0xff 0xfd and
// a byte is a gap of so many bytes. What is said must not depend on how the bytes are cut.
#pragma once

#include "codec/decode_pool.hpp"
#include "protocol/follower.hpp"
#include "protocol_compare.hpp"

namespace bulkhead::fuzz {

using Make = std::unique_ptr<Follower> (*)(DecodePool& pool);

inline void play(Make make, Bytes input, std::uint32_t cut, Record& record) {
  DecodePool pool({.bytes_per_body = 1U << 20, .ratio = 2'048, .max_inflaters = 64});
  FieldWriter fields[2];
  bool lost[2] = {};
  const std::unique_ptr<Follower> follower = make(pool);
  Direction direction = Direction::request;
  std::size_t start = 0;
  const auto flush = [&](std::size_t end) {
    in_pieces(input.subspan(start, end - start), cut, [&](Bytes piece) {
      const std::size_t side = index_of(direction);
      const Outlet out{direction, fields[side], record};
      if (lost[side]) return out.write(piece, Origin::in_packet);
      const Follower::Result result = follower->feed(direction, piece, Origin::in_packet, out);
      if (result.taken > piece.size()) std::abort();
      if (result.next == Next::more && result.taken != piece.size()) std::abort();
      if (result.next == Next::more) return;
      lost[side] = true;
      if (result.next != Next::foreign) out.start(Protocol::raw, Location::stream);
      out.write(piece.subspan(result.taken), Origin::in_packet);
    });
  };
  std::size_t at = 0;
  while (at + 1 < input.size()) {
    const std::uint8_t mark = input[at + 1];
    if (input[at] != 0xff || (mark != 0xfe && mark != 0xfd)) {
      ++at;
      continue;
    }
    flush(at);
    at += 2;
    if (mark == 0xfe) direction = opposite(direction);
    if (mark == 0xfd && at < input.size()) {
      const std::size_t side = index_of(direction);
      const Outlet out{direction, fields[side], record};
      const std::uint64_t missing = std::uint64_t{input[at++]} + 1;
      if (!lost[side] && !follower->gap(direction, missing, out)) {
        lost[side] = true;
        out.start(Protocol::raw, Location::stream);
      }
    }
    start = at;
  }
  flush(input.size());
  for (const Direction d : {Direction::request, Direction::response}) {
    const Outlet out{d, fields[index_of(d)], record};
    if (!lost[index_of(d)]) follower->end(d, out);
    out.close();
  }
}

inline int follow(Make make, const std::uint8_t* data, std::size_t size) {
  Bytes input(data, size);
  const std::uint32_t seed = take_seed(input);
  compare(seed, [&](std::uint32_t cut, Record& record) { play(make, input, cut, record); });
  return 0;
}

}  // namespace bulkhead::fuzz
