#include "log_reader.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "bulkhead/log_socket.hpp"
#include "outcome.hpp"

namespace {

using bulkhead::nftables::LoggedPacket;
using bulkhead::nftables::LogOpening;
using bulkhead::nftables::Outcome;

/// One socket on the event loop. Lives until the loop has let go of it.
class LogReader {
 public:
  /// Reads for one turn of the loop: what is more waits for the next, so that a flood leaves room for other work.
  static constexpr int kReadsPerTurn = 64;

  static LogReader* start(Napi::Env env, int fd, Napi::Function callback) {
    auto* reader = new LogReader(env, fd, callback);
    uv_loop_t* loop = nullptr;
    napi_get_uv_event_loop(env, &loop);
    if (loop == nullptr || uv_poll_init(loop, &reader->poll_, fd) != 0) {
      close(fd);
      delete reader;
      return nullptr;
    }
    reader->poll_.data = reader;
    uv_poll_start(&reader->poll_, UV_READABLE, on_readable);
    napi_add_env_cleanup_hook(env, on_exit, reader);
    return reader;
  }

  void stop() {
    if (closing_) return;
    closing_ = true;
    napi_remove_env_cleanup_hook(env_, on_exit, this);
    end();
  }

 private:
  LogReader(Napi::Env env, int fd, Napi::Function callback)
      : env_(env), fd_(fd), callback_(Napi::Persistent(callback)), context_(env, "bulkhead-nftables-log") {}

  static void on_exit(void* raw) {
    auto* reader = static_cast<LogReader*>(raw);
    reader->closing_ = true;
    reader->end();
  }

  void end() {
    uv_poll_stop(&poll_);
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_), [](uv_handle_t* handle) {
      auto* reader = static_cast<LogReader*>(handle->data);
      close(reader->fd_);
      delete reader;
    });
  }

  static void on_readable(uv_poll_t* poll, int, int) { static_cast<LogReader*>(poll->data)->read_some(); }

  void read_some() {
    const Napi::HandleScope scope(env_);
    packets_ = Napi::Array::New(env_);
    std::uint32_t overruns = 0;
    for (int reads = 0; reads < kReadsPerTurn; ++reads) {
      const ssize_t got = recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (got < 0 && errno == ENOBUFS) {
        ++overruns;
        continue;
      }
      if (got <= 0) break;
      bulkhead::nftables::each_logged_packet({buffer_.data(), static_cast<std::size_t>(got)}, keep, this);
    }
    const Napi::Array packets = packets_;
    packets_ = Napi::Array();
    if (packets.Length() == 0 && overruns == 0) return;
    callback_.MakeCallback(env_.Global(), {packets, Napi::Number::New(env_, overruns)}, context_);
  }

  static void keep(void* raw, const LoggedPacket& logged) noexcept {
    auto& reader = *static_cast<LogReader*>(raw);
    auto bytes = Napi::Uint8Array::New(reader.env_, logged.packet.size());
    if (!logged.packet.empty()) std::memcpy(bytes.Data(), logged.packet.data(), logged.packet.size());
    auto object = Napi::Object::New(reader.env_);
    object.Set("prefix", Napi::String::New(reader.env_, logged.prefix.data(), logged.prefix.size()));
    object.Set("packet", bytes);
    reader.packets_.Set(reader.packets_.Length(), object);
  }

  Napi::Env env_;
  int fd_;
  Napi::FunctionReference callback_;
  Napi::AsyncContext context_;
  uv_poll_t poll_{};
  bool closing_ = false;
  Napi::Array packets_;
  std::array<std::uint8_t, bulkhead::nftables::kMaxLogBytes> buffer_;
};

}  // namespace

Napi::Value OpenLog(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() != 4 || !info[0].IsString() || !info[1].IsNumber() || !info[2].IsNumber() || !info[3].IsFunction()) {
    Napi::TypeError::New(env, "openLog(namespacePath: string, group: number, maxPacketBytes: number, onPackets)")
        .ThrowAsJavaScriptException();
    return env.Undefined();
  }
  LogOpening opening = bulkhead::nftables::open_log_socket(
      {.namespace_path = info[0].As<Napi::String>(),
       .group = static_cast<std::uint16_t>(info[1].As<Napi::Number>().Uint32Value()),
       .max_packet_bytes = info[2].As<Napi::Number>().Uint32Value()});
  LogReader* reader = nullptr;
  if (opening.outcome == Outcome::kDone) {
    reader = LogReader::start(env, opening.fd, info[3].As<Napi::Function>());
    if (reader == nullptr) opening = {-1, Outcome::kNoResources, "cannot wait for the log of rules"};
  }
  auto result = Napi::Object::New(env);
  result.Set("outcome", name_of(opening.outcome));
  result.Set("error", opening.error);
  auto* slot = new LogReader*(reader);
  auto close = Napi::Function::New(
      env,
      [](const Napi::CallbackInfo& call) {
        auto** held = static_cast<LogReader**>(call.Data());
        if (*held != nullptr) (*held)->stop();
        *held = nullptr;
      },
      "close", slot);
  close.AddFinalizer([](Napi::Env, LogReader** held) { delete held; }, slot);
  result.Set("close", close);
  return result;
}
