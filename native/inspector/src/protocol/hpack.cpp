#include "protocol/hpack.hpp"

#include <algorithm>
#include <string_view>

#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

Role role_of(std::string_view name) noexcept {
  if (name == "authorization" || name == "proxy-authorization") return Role::secret;
  return name == "cookie" || name == "set-cookie" ? Role::cookie : Role::none;
}

void write(std::string_view text, const Outlet& out) noexcept {
  out.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, Origin::decoded);
}

}  // namespace

Hpack::Hpack() noexcept {
  if (nghttp2_hd_inflate_new(&inflater_) != 0) lost_ = true;
}

Hpack::~Hpack() { nghttp2_hd_inflate_del(inflater_); }

void Hpack::begin_block(const Outlet& out) noexcept {
  end_undecoded(out);
  list_ = 0;
  message_ = {};
  in_lines_ = false;
}

void Hpack::allow_table(std::uint32_t size) noexcept {
  if (lost_) return;
  // A larger one would be used only if it were allowed to the peer too, who sees the number as it was sent.
  (void)nghttp2_hd_inflate_change_table_size(inflater_, std::min<std::size_t>(size, kLargestTable));
}

void Hpack::lose(Exception reason, const Outlet& out) noexcept {
  if (lost_) return;
  lost_ = true;
  out.close();
  out.raise(reason, 0);
}

void Hpack::feed(Bytes block, Origin origin, bool last, Location location, const Outlet& out) noexcept {
  while (!lost_ && (!block.empty() || last)) {
    nghttp2_nv header{};
    int flags = 0;
    // Byte by byte, and the end by itself: a call that fails says nothing of what it took, and what is shown of a broken
    // block may not depend on how it was cut.
    const std::size_t given = block.empty() ? 0 : 1;
    const auto taken = nghttp2_hd_inflate_hd2(inflater_, &header, &flags, block.data(), given, given == 0 ? 1 : 0);
    if (taken < 0) {
      lose(Exception::decode_error, out);
      break;
    }
    block = block.subspan(static_cast<std::size_t>(taken));
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      list_ += header.namelen + header.valuelen;
      if (list_ > kLongestList) {
        lose(Exception::decode_budget, out);
        break;
      }
      emit(header, location, out);
    }
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
      nghttp2_hd_inflate_end_headers(inflater_);
      return out.close();
    }
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && block.empty() && (!last || given == 0)) break;
  }
  if (!lost_) return;
  if (!block.empty()) {
    if (undecoded_ == 0) out.start(Field{Protocol::http2, Location::stream});
    undecoded_ += block.size();
    out.write(block, origin);
  }
  if (last) end_undecoded(out);
}

void Hpack::end_undecoded(const Outlet& out) noexcept {
  out.close();
  if (undecoded_ > 0) out.raise(Exception::decode_error, undecoded_);
  undecoded_ = 0;
}

void Hpack::emit(const nghttp2_nv& header, Location location, const Outlet& out) noexcept {
  const std::string_view name(reinterpret_cast<const char*>(header.name), header.namelen);
  const std::string_view value(reinterpret_cast<const char*>(header.value), header.valuelen);
  if (name == "content-type" && value.starts_with("application/grpc")) message_.grpc = true;
  if (name == "content-encoding") {
    const bool known = value == "gzip" || value == "deflate" || value == "x-gzip" || value == "zstd" || value == "br";
    if (value == "br")
      message_.brotli = 1;
    else if (known)
      message_.encodings = 1;
    message_.unsupported = !known && value != "identity";
  }
  const Role role = role_of(name);
  if (role != Role::none) {
    out.start(Field{Protocol::http2, Location::header, role, name});
    write(value, out);
    out.close();
    in_lines_ = false;
    return;
  }
  if (!in_lines_) out.start(Protocol::http2, location);
  in_lines_ = true;
  write(name, out);
  write(": ", out);
  write(value, out);
  write("\r\n", out);
}

}  // namespace bulkhead
