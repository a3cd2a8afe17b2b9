#include <arpa/inet.h>

#include "addon.hpp"
#include "bulkhead/applications.hpp"

namespace bulkhead::binding {
namespace {

bool read_address(const std::string& text, Address& address) noexcept {
  address.bytes = {};
  if (::inet_pton(AF_INET, text.c_str(), address.bytes.data() + 12) == 1) {
    address.bytes[10] = address.bytes[11] = 0xff;
    return true;
  }
  return ::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1;
}

std::uint32_t id_of(const Napi::Object& object, const char* key) {
  return static_cast<std::uint32_t>(number_of(object, key, 0));
}

/// Ranges as a flat array of texts: first, last, first, last. What is no address covers nobody: JavaScript has checked.
std::vector<AddressRange> ranges_of(const Napi::Array& array) {
  std::vector<AddressRange> ranges;
  for (std::uint32_t i = 0; i + 1 < array.Length(); i += 2) {
    const Napi::HandleScope scope(array.Env());
    AddressRange range;
    const bool read = read_address(array.Get(i).As<Napi::String>().Utf8Value(), range.first) &&
                      read_address(array.Get(i + 1).As<Napi::String>().Utf8Value(), range.last);
    if (read) ranges.push_back(range);
  }
  return ranges;
}

/// A flat array: protocol of IP, first port, last port.
std::vector<PortSpan> ports_of(const Napi::Array& array) {
  std::vector<PortSpan> ports;
  const auto number = [&](std::uint32_t at) { return array.Get(at).As<Napi::Number>().Uint32Value(); };
  for (std::uint32_t i = 0; i + 2 < array.Length(); i += 3) {
    ports.push_back({static_cast<std::uint8_t>(number(i)), static_cast<std::uint16_t>(number(i + 1)),
                     static_cast<std::uint16_t>(number(i + 2))});
  }
  return ports;
}

ApplicationRule rule_of(const Napi::Object& object) {
  ApplicationRule rule;
  rule.id = id_of(object, "id");
  rule.allows = flag_of(object, "allows", true);
  const Napi::Value peers = object.Get("peers"), ports = object.Get("ports"), protocols = object.Get("protocols");
  rule.any_peer = !peers.IsArray();
  if (!rule.any_peer) {
    for (const AddressRange& range : ranges_of(peers.As<Napi::Array>()))
      (range.first.is_v4() ? rule.peers_v4 : rule.peers_v6).push_back(range);
  }
  rule.any_port = !ports.IsArray();
  if (!rule.any_port) rule.ports = ports_of(ports.As<Napi::Array>());
  if (!protocols.IsArray()) return rule;
  rule.applications = 0;
  const auto numbers = protocols.As<Napi::Array>();
  for (std::uint32_t i = 0; i < numbers.Length(); ++i)
    rule.applications |= protocol_bit(static_cast<Protocol>(numbers.Get(i).As<Napi::Number>().Uint32Value() & 63));
  return rule;
}

ApplicationDirection direction_of(const Napi::Value& value) {
  ApplicationDirection direction;
  if (!value.IsObject()) return direction;
  const auto object = value.As<Napi::Object>();
  direction.closed_id = id_of(object, "closedId");
  direction.tried_id = id_of(object, "triedId");
  const auto sets = object.Get("sets").As<Napi::Array>();
  for (std::uint32_t i = 0; i < sets.Length(); ++i) {
    const auto given = sets.Get(i).As<Napi::Object>();
    ApplicationRuleSet set;
    set.tried = flag_of(given, "tried", false);
    const auto rules = given.Get("rules").As<Napi::Array>();
    for (std::uint32_t at = 0; at < rules.Length(); ++at) {
      const Napi::HandleScope scope(object.Env());
      set.rules.push_back(rule_of(rules.Get(at).As<Napi::Object>()));
    }
    direction.sets.push_back(std::move(set));
  }
  return direction;
}

/// createApplications({ ingress?, egress? }): applications
Napi::Value create(const Napi::CallbackInfo& info) {
  const auto given = info[0].As<Napi::Object>();
  auto rules = std::make_shared<ApplicationRules>();
  rules->ingress = direction_of(given.Get("ingress"));
  rules->egress = direction_of(given.Get("egress"));
  using Held = std::shared_ptr<const ApplicationRules>;
  return ApplicationsHandle::New(info.Env(), new Held(std::move(rules)), [](Napi::Env, Held* held) { delete held; });
}

}  // namespace

void export_applications(Napi::Env env, Napi::Object exports) {
  exports.Set("createApplications", Napi::Function::New(env, create, "createApplications"));
}

}  // namespace bulkhead::binding
