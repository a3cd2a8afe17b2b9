#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bulkhead/unique_fd.hpp"
#include "source/capture_ring.hpp"
#include "source/conversation_set.hpp"
#include "source/event_outbox.hpp"
#include "source/nf_queue.hpp"
#include "source/packet_buffers.hpp"
#include "source/repeat_filter.hpp"
#include "source/reset_sender.hpp"
#include "source/tap.hpp"
#include "source/verdict_batch.hpp"
#include "source/workers.hpp"

namespace bulkhead {

/// One thread with its engines and sources. Everything but `call` and the constructor runs on that thread.
class Worker final : private EventSink {
 public:
  /// Different exception policies on one worker; each costs the tables of an engine.
  static constexpr std::size_t kMaxEngines = 32;

  /// `clients`: shared by all workers.
  Worker(const WorkersOptions& options, WorkersOutput& output, unsigned index, std::shared_ptr<ClientWindows> clients);
  /// Stops the thread.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Has `work` done by the thread between two packets and waits for it.
  void call(const std::function<void()>& work);

  // What `call` may do.
  bool add_queue(std::uint32_t number, std::unique_ptr<NfQueue> queue, std::unique_ptr<ResetSender> resets,
                 const SourceSettings& settings);
  bool add_tap(std::uint32_t number, std::unique_ptr<Tap> tap, const SourceSettings& settings);
  void set_program(std::uint32_t number, NumberedProgram program);
  void set_applications(std::uint32_t number, std::shared_ptr<const ApplicationRules> rules);
  void remove(std::uint32_t number);
  [[nodiscard]] std::vector<ConversationRecord> take_conversations(std::uint32_t number);
  void add_counters(WorkersCounters& sum);

 private:
  struct Source {
    std::uint32_t number = 0;
    std::uint32_t program = 0;
    std::size_t engine = 0;  ///< index into engines_
    std::unique_ptr<NfQueue> queue;  ///< this or the tap
    std::unique_ptr<ResetSender> resets;
    std::unique_ptr<Tap> tap;
    bool capture = false;        ///< the packets of blocked sessions are wanted
    bool keeps_packets = false;  ///< for that, or since some sensor captures
    ExceptionPolicy on_overrun = ExceptionPolicy::alert;
    SourceCounters counters;
    ConversationSet conversations;
  };
  struct PendingReset {
    SessionView session;
    Direction direction;
    std::uint32_t sequence;
  };

  void on_event(const Event& event) noexcept override;
  void on_spoken(const SessionView& session, Protocol spoken) noexcept override;

  void run();
  /// False once the thread is to stop.
  bool run_commands();
  /// Whether a command waits.
  bool wait_and_serve() noexcept;
  bool serve(Source& source) noexcept;
  bool serve_queue(Source& source) noexcept;
  bool serve_tap(Source& source) noexcept;
  Action judge(Source& source, const QueuedPacket& queued, std::uint64_t now_ns) noexcept;
  [[nodiscard]] std::uint64_t unique_session(std::uint64_t id) const noexcept;
  void hand_over_capture(const Source& source, const SessionView& session) noexcept;
  void housekeeping() noexcept;
  void report_overruns(Source& source, std::uint64_t now_ns) noexcept;
  /// The packet's session is over or was asked for: hands its packets over.
  void capture_session(const Source& source, const SessionView& session) noexcept;
  void keep_packets_if_asked(Source& source, const Program& program);
  bool adopt(std::unique_ptr<Source> source, const SourceSettings& settings);
  std::size_t engine_for(bool inline_mode, const ExceptionPolicies& exceptions);
  Engine& engine_of(const Source& source) noexcept { return *engines_[source.engine].engine; }
  void drain(Source& source) noexcept;
  void shut_down() noexcept;

  const WorkersOptions options_;
  const std::shared_ptr<ClientWindows> clients_;
  WorkersOutput& output_;
  unsigned index_;
  UniqueFd wake_;
  UniqueFd poll_;

  /// One engine for each way of inspecting that the sources ask for: inline or not, and which exception policies.
  struct InspectionEngine {
    bool inline_mode;
    ExceptionPolicies exceptions;
    std::unique_ptr<Engine> engine;
  };
  std::vector<InspectionEngine> engines_;
  std::size_t speaking_ = 0;  ///< index of the engine that may be reporting events
  std::unordered_map<std::uint32_t, std::unique_ptr<Source>> sources_;
  Source* current_ = nullptr;  ///< whose packet is being inspected
  Source* hot_ = nullptr;      ///< the one that had packets last: it is asked again before the thread sleeps
  std::uint64_t spin_until_ns_ = 0;
  unsigned spins_ = 0;
  std::uint64_t housekeeping_ns_ = 0;

  PacketBuffers buffers_;
  VerdictBatch verdicts_;
  std::vector<PendingReset> resets_;
  std::unique_ptr<CaptureRing> ring_;
  bool session_blocked_ = false;   ///< by the packet being inspected
  bool session_captured_ = false;  ///< likewise: a sensor asked for its packets
  /// Sessions captured last: each once, however much it carries.
  std::array<std::uint64_t, 256> captured_{};
  Direction blocked_direction_ = Direction::request;
  EventOutbox outbox_;
  std::unique_ptr<RepeatFilter> repeats_ = std::make_unique<RepeatFilter>();
  std::uint64_t captures_lost_ = 0;
  std::uint64_t conversations_lost_ = 0;

  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<const std::function<void()>*> commands_;  ///< guarded by mutex_
  bool stopping_ = false;                               ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace bulkhead
