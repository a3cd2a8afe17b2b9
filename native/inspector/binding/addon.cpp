#include "addon.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "source/namespace_entry.hpp"
#include "source/nf_queue.hpp"

namespace bulkhead::binding {
namespace {

bool has_avx2() noexcept {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

/// namespaceAddresses(path): the addresses of its interfaces, none for one that is gone; link-local and loopback ones
/// name nobody to others.
Napi::Value namespace_addresses(const Napi::CallbackInfo& info) {
  std::vector<std::string> found;
  (void)run_in_namespace(info[0].As<Napi::String>().Utf8Value(), [&found]() -> SourceFailure {
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) return {};
    for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
      if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0) continue;
      const int family = one->ifa_addr->sa_family;
      std::array<char, INET6_ADDRSTRLEN> text;
      const void* address = nullptr;
      if (family == AF_INET) address = &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr;
      if (family == AF_INET6) {
        const in6_addr& six = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
        if (IN6_IS_ADDR_LINKLOCAL(&six)) continue;
        address = &six;
      }
      if (address != nullptr && ::inet_ntop(family, address, text.data(), text.size()) != nullptr) found.emplace_back(text.data());
    }
    ::freeifaddrs(all);
    return {};
  });
  std::sort(found.begin(), found.end());
  auto result = Napi::Array::New(info.Env(), found.size());
  for (std::uint32_t i = 0; i < found.size(); ++i) result.Set(i, Napi::String::New(info.Env(), found[i]));
  return result;
}

/// capabilities(): { avx2, root, nfqueue, nfqueueReason }
Napi::Value capabilities(const Napi::CallbackInfo& info) {
  const SourceFailure queues = NfQueue::probe();
  auto result = Napi::Object::New(info.Env());
  result.Set("avx2", has_avx2());
  result.Set("root", ::geteuid() == 0);
  result.Set("nfqueue", !queues.failed());
  result.Set("nfqueueReason", queues.message);
  return result;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Addon);
  exports.Set("namespaceAddresses", Napi::Function::New(env, namespace_addresses, "namespaceAddresses"));
  exports.Set("capabilities", Napi::Function::New(env, capabilities, "capabilities"));
  exports.Set("recordBytes", static_cast<double>(sizeof(EventRecord)));
  export_program(env, exports);
  export_exact_data(env, exports);
  export_text_scan(env, exports);
  export_capture(env, exports);
  export_bench(env, exports);
  export_recording(env, exports);
  export_workers(env, exports);
  export_applications(env, exports);
  return exports;
}

}  // namespace
}  // namespace bulkhead::binding

// The macro wants a function of the global namespace.
static Napi::Object init_addon(Napi::Env env, Napi::Object exports) {
  return bulkhead::binding::init(env, exports);
}

NODE_API_MODULE(inspector, init_addon)
