#include "protocol/ldap.hpp"

#include <algorithm>

#include "protocol/scripted.hpp"
#include "protocol/text_match.hpp"

namespace bulkhead {
namespace {

constexpr std::uint64_t kLongestMessage = 256ULL << 20;
enum Tag : std::uint8_t {
  kBoolean = 1, kInteger = 2, kOctets = 4, kEnumerated = 10, kSequence = 0x30, kSet = 0x31, kUnbind = 0x42,
  kAbandon = 0x50, kBind = 0x60,
  kExtendedRequest = 0x77, kExtendedResponse = 0x78, kSimple = 0x80,
};
constexpr std::string_view kStartTls = "1.3.6.1.4.1.1466.20037";

std::size_t length_size(Bytes so_far) noexcept {
  return so_far[0] < 0x80 ? 1 : std::size_t{1} + std::min<std::size_t>(so_far[0] & 0x7f, 8);
}
std::uint64_t length_value(Bytes number) noexcept {
  if (number.size() == 1) return number[0] & 0x7f;
  std::uint64_t value = 0;
  for (const std::uint8_t byte : number.subspan(1)) value = value << 8 | byte;
  return value;
}

class Ldap final : public Scripted {
 public:
  Ldap() noexcept : Scripted(Protocol::ldap, true) {}

 private:
  Script client(Input& in) noexcept override { return messages(in, true); }
  Script server(Input& in) noexcept override { return messages(in, false); }

  Script messages(Input& in, bool from_client) noexcept {
    for (;;) {
      const std::uint16_t first = co_await in.peek();
      if (tls_asked_ && first == 0x16) co_return Next::reopen;
      const std::uint8_t outer = co_await in.u8();
      if (outer != kSequence) co_return Next::foreign;
      const std::uint64_t length = co_await in.number(length_size, length_value);
      if (length < 5 || length > kLongestMessage) co_return Next::foreign;
      in.enter(length);
      // Elements are read one behind the other: where a constructed one begins, its first member is next.
      std::uint8_t operation = 0;
      bool in_set = false, granted = false;
      std::size_t elements = 0;
      while (in.left() > 0 && in.ok()) {
        const std::uint8_t tag = co_await in.u8();
        const std::uint64_t size = co_await in.number(length_size, length_value);
        if (size > in.left()) break;
        ++elements;
        if (elements == 2) operation = tag;
        const bool preamble = tag == kExtendedRequest || tag == kUnbind || tag == kAbandon;
        if (elements == 2 && from_client && !preamble) exposed();
        if ((tag & 0x20) != 0) {
          if (tag == kSet) in_set = true;
          if (tag == kSequence) in_set = false;
          continue;
        }
        if (tag == kBoolean || tag == kInteger || tag == kEnumerated) {
          co_await in.word(size);
          if (operation == kExtendedResponse && tag == kEnumerated && in.kept() == std::string_view("\0", 1))
            granted = true;
          co_await in.skip(size > Input::kKept ? size - Input::kKept : 0);
          continue;
        }
        const bool bind_name = operation == kBind && elements == 4;
        const bool password = operation == kBind && tag == kSimple;
        in.start(password || bind_name ? Location::argument : Location::value,
                 bind_name  ? Role::user
                 : password ? Role::secret
                            : Role::none,
                 in_set ? in.key() : std::string_view());
        co_await in.content(size);
        in.close();
        if (!in_set) in.keep_as_key();
        if (operation == kExtendedRequest && tag == kSimple && in.kept() == kStartTls) tls_asked_ = true;
      }
      if (in.left() > 0) {
        in.start(Location::stream);
        co_await in.content(in.left());
        in.close();
      }
      in.leave();
      if (operation == kExtendedRequest && from_client && !tls_asked_) exposed();
      if (operation == kExtendedResponse && tls_asked_ && granted) co_return Next::reopen_both;
      if (operation == kExtendedResponse) tls_asked_ = false;
    }
  }

  bool tls_asked_ = false;
};

}  // namespace

Match ldap_client(Bytes first) noexcept {
  // 30 length 02 01 id, then bind, search or an extended request.
  if (first[0] != kSequence) return Match::no;
  if (first.size() < 2) return Match::maybe;
  const std::size_t at = 1 + length_size(first.subspan(1));
  if (at > 6) return Match::no;
  if (first.size() > at && first[at] != kInteger) return Match::no;
  if (first.size() > at + 1 && (first[at + 1] == 0 || first[at + 1] > 4)) return Match::no;
  if (first.size() <= at + 1) return Match::maybe;
  const std::size_t operation = at + 2 + first[at + 1];
  if (first.size() <= operation) return Match::maybe;
  return first[operation] == kBind || first[operation] == 0x63 || first[operation] == kExtendedRequest ? Match::yes
                                                                                                      : Match::no;
}

std::unique_ptr<Follower> follow_ldap(DecodePool&) { return std::make_unique<Ldap>(); }

}  // namespace bulkhead
