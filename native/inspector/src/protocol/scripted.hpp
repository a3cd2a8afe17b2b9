#pragma once

#include "protocol/input.hpp"
#include "protocol/script.hpp"

namespace bulkhead {

/// A follower whose two directions are scripts. A protocol derives from it, keeps what its directions tell each other
/// as members, and writes `client` and `server`.
///
/// A script that ends with Next::foreign met something the protocol does not allow: `parser_error` is raised, and the
/// number or word it met comes again at the start of the raw rest.
class Scripted : public Follower {
 public:
  /// `may_encrypt`: the protocol has a way to encryption, and says by `exposed` when more than that was spoken in clear.
  explicit Scripted(Protocol protocol, bool may_encrypt = false) noexcept;

  [[nodiscard]] Protocol protocol() const noexcept override { return protocol_; }
  Result feed(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept override;
  bool gap(Direction direction, std::uint64_t bytes, const Outlet& out) noexcept override;
  void end(Direction, const Outlet&) noexcept override {}
  [[nodiscard]] bool answers(Direction) const noexcept override { return true; }
  [[nodiscard]] bool between(Direction) const noexcept override { return true; }
  [[nodiscard]] bool in_clear() const noexcept override { return in_clear_; }

 protected:
  virtual Script client(Input& in) noexcept = 0;
  virtual Script server(Input& in) noexcept = 0;
  /// What the session is spoken of as, once that is known better than from its start.
  void rename(Protocol protocol) noexcept;
  void exposed() noexcept { in_clear_ = true; }

 private:
  struct Side {
    Input input;
    Script script;
  };
  Side sides_[2];
  Protocol protocol_;
  bool in_clear_;
};

/// A script fed with what a decoder gives: an inner protocol.
class InnerScript final : public Consumer {
 public:
  explicit InnerScript(Protocol protocol) noexcept { input_.set_protocol(protocol); }
  [[nodiscard]] Input& input() noexcept { return input_; }
  void begin(Script script) noexcept { script_ = std::move(script); }
  /// What the script leaves when it ends is raw content of the protocol.
  void take(Bytes bytes, Origin origin, const Outlet& out) noexcept override;
  bool lose(std::uint64_t bytes) noexcept override { return started_ && !rest_ && input_.lose(bytes); }
  [[nodiscard]] bool begun() const noexcept { return script_.begun(); }

 private:
  Input input_;
  Script script_;
  bool started_ = false;
  bool rest_ = false;
};

}  // namespace bulkhead
