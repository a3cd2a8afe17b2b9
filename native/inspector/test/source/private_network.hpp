#pragma once

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>

#include "bulkhead/unique_fd.hpp"

namespace bulkhead::test {

/// A thread in a network namespace of its own, with its loopback up, that lives as long as this object.
class PrivateNetwork {
 public:
  PrivateNetwork() : thread_([this] { run(); }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ready_; });
  }
  ~PrivateNetwork() {
    call([this] { ending_ = true; });
    thread_.join();
  }
  PrivateNetwork(const PrivateNetwork&) = delete;
  PrivateNetwork& operator=(const PrivateNetwork&) = delete;

  /// False where this process may not make namespaces.
  [[nodiscard]] bool usable() const { return usable_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Runs `work` inside and waits for it.
  void call(const std::function<void()>& work) {
    std::unique_lock lock(mutex_);
    work_ = &work;
    changed_.notify_all();
    changed_.wait(lock, [this] { return work_ == nullptr; });
  }

  /// Queues UDP on the loopback; false without iptables or the kernel's queue target.
  bool queue_udp(int queue) {
    bool done = false;
    call([&] {
      const std::string rule = "iptables-nft -t mangle -A OUTPUT -p udp -j NFQUEUE --queue-bypass --queue-num ";
      done = std::system((rule + std::to_string(queue) + " 2>/dev/null").c_str()) == 0;
    });
    return done;
  }

  /// How many netfilter sockets of others here take a message that is not the kernel's.
  int forge() {
    int taken = 0;
    call([&] {
      const UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
      std::ifstream table("/proc/thread-self/net/netlink");
      std::string line;
      std::getline(table, line);
      while (std::getline(table, line)) {
        unsigned protocol = 0;
        sockaddr_nl to{};
        to.nl_family = AF_NETLINK;
        std::istringstream words(line);
        words >> line >> protocol >> to.nl_pid;
        // The kernel's own has no port.
        if (protocol != NETLINK_NETFILTER || to.nl_pid == 0) continue;
        nlmsghdr message{};
        message.nlmsg_len = sizeof message;
        const auto* where = reinterpret_cast<const sockaddr*>(&to);
        if (::sendto(fd.get(), &message, sizeof message, 0, where, sizeof to) >= 0) ++taken;
      }
    });
    return taken;
  }

  /// Each datagram is a session of its own.
  void send_udp(const std::string& text) {
    call([&] {
      const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      to.sin_port = htons(++last_port_);
      ::bind(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to);
      to.sin_port = htons(9'999);
      ::sendto(fd.get(), text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    });
  }

 private:
  void run() {
    usable_ = ::unshare(CLONE_NEWNET) == 0;
    path_ = "/proc/self/task/" + std::to_string(::gettid()) + "/ns/net";
    const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq lo{};
    lo.ifr_name[0] = 'l';
    lo.ifr_name[1] = 'o';
    lo.ifr_flags = IFF_UP | IFF_RUNNING;
    if (usable_) ::ioctl(fd.get(), SIOCSIFFLAGS, &lo);
    std::unique_lock lock(mutex_);
    ready_ = true;
    changed_.notify_all();
    while (!ending_) {
      changed_.wait(lock, [this] { return work_ != nullptr; });
      (*work_)();
      work_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ready_ = false, usable_ = false, ending_ = false;
  std::string path_;
  std::uint16_t last_port_ = 20'000;
  const std::function<void()>* work_ = nullptr;
  std::thread thread_;
};

}  // namespace bulkhead::test
