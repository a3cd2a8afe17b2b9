#pragma once

#include <memory>
#include <string_view>

#include "codec/body_decoder.hpp"
#include "protocol/follower.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {

/// The data connection of FTP (RFC 959 3): the bytes of one file and nothing else, whatever they look like. gzip and zstd
/// are taken off; the field's key is the file's name.
class FtpData final : public Follower {
 public:
  FtpData(DecodePool& pool, std::string_view name) noexcept : pool_(pool) { name_.set(name); }

  [[nodiscard]] Protocol protocol() const noexcept override { return Protocol::ftp_data; }
  Result feed(Direction direction, Bytes bytes, Origin origin, const Outlet& out) noexcept override {
    file(direction, out).feed(bytes, origin, out);
    return {Next::more, bytes.size()};
  }
  bool gap(Direction direction, std::uint64_t, const Outlet& out) noexcept override {
    file(direction, out).lose(out);
    out.close();
    return true;
  }
  void end(Direction direction, const Outlet& out) noexcept override {
    if (files_[index_of(direction)]) files_[index_of(direction)]->finish(out);
  }
  [[nodiscard]] bool answers(Direction) const noexcept override { return true; }
  [[nodiscard]] bool between(Direction) const noexcept override { return false; }

 private:
  BodyDecoder& file(Direction direction, const Outlet& out) noexcept {
    auto& decoder = files_[index_of(direction)];
    if (!decoder) {
      decoder = std::make_unique<BodyDecoder>(pool_, std::uint8_t{0});
      out.start(Field{Protocol::ftp_data, Location::body, Role::none, name_.view()});
    }
    return *decoder;
  }

  DecodePool& pool_;
  FieldName name_;
  std::unique_ptr<BodyDecoder> files_[2];
};

}  // namespace bulkhead
