#pragma once

#include <coroutine>
#include <utility>

#include "protocol/follower.hpp"

namespace bulkhead {

/// A parser of one direction as straight-line code: a coroutine that asks its Input for what comes next and returns how
/// it ended. It runs inside the call that brings the bytes and is suspended only when they are used up, so a protocol
/// is written down as it is specified, and no cut can matter. Its frame is the one allocation, made with the session.
class Script {
 public:
  struct promise_type {
    Next ending = Next::foreign;

    Script get_return_object() noexcept { return Script(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_value(Next next) noexcept { ending = next; }
    void unhandled_exception() noexcept {}  // built without exceptions
  };

  Script() = default;
  Script(Script&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Script& operator=(Script&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Script() {
    if (handle_) handle_.destroy();
  }

  [[nodiscard]] bool begun() const noexcept { return static_cast<bool>(handle_); }
  [[nodiscard]] bool over() const noexcept { return handle_ && handle_.done(); }
  [[nodiscard]] Next ending() const noexcept { return handle_.promise().ending; }
  void resume() noexcept { handle_.resume(); }

 private:
  explicit Script(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

}  // namespace bulkhead
