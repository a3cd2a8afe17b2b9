#include "protocol/scripted.hpp"

namespace bulkhead {

Scripted::Scripted(Protocol protocol, bool may_encrypt) noexcept : protocol_(protocol), in_clear_(!may_encrypt) {
  for (Side& side : sides_) side.input.set_protocol(protocol);
}

void Scripted::rename(Protocol protocol) noexcept {
  protocol_ = protocol;
  for (Side& side : sides_) side.input.set_protocol(protocol);
}

Follower::Result Scripted::feed(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept {
  Side& side = sides_[index_of(direction)];
  side.input.give(bytes, origin, out);
  if (!side.script.begun()) {
    side.script = direction == Direction::request ? client(side.input) : server(side.input);
    side.script.resume();
  } else if (side.input.progress()) {
    side.script.resume();
  }
  if (!side.script.over()) return {Next::more, bytes.size()};
  const std::size_t taken = bytes.size() - side.input.remaining();
  const Next next = side.script.ending();
  if (next == Next::foreign) {
    out.close();
    out.raise(Exception::parser_error, 0);
    out.start(Protocol::raw, Location::stream);
    out.write(side.input.held(), Origin::decoded);
  }
  side.script = Script();
  side.input.leave();
  return {next, taken};
}

bool Scripted::gap(Direction direction, std::uint64_t bytes, const Outlet& out) noexcept {
  Side& side = sides_[index_of(direction)];
  out.close();
  return side.input.lose(bytes);
}

void InnerScript::take(Bytes bytes, Origin origin, const Outlet& out) noexcept {
  if (rest_) return out.write(bytes, origin);
  input_.give(bytes, origin, out);
  if (!script_.begun()) return;
  if (!started_ || input_.progress()) script_.resume();
  started_ = true;
  if (!script_.over()) return;
  rest_ = true;
  out.close();
  if (script_.ending() == Next::foreign) out.raise(Exception::parser_error, 0);
  out.start(Field{input_.protocol(), Location::stream});
  out.write(input_.held(), Origin::decoded);
  out.write(bytes.last(input_.remaining()), origin);
}

}  // namespace bulkhead
