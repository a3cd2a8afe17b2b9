#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bulkhead/bytes.hpp"
#include "bulkhead/detection.hpp"
#include "bulkhead/program.hpp"

struct hs_database;
struct hs_scratch;
struct hs_stream;

namespace bulkhead::lane {

/// The user's literals, compiled for vectorscan's streaming mode. Immutable and shared between threads.
class LiteralSet {
 public:
  LiteralSet() noexcept = default;
  ~LiteralSet();
  LiteralSet(const LiteralSet&) = delete;
  LiteralSet& operator=(const LiteralSet&) = delete;

  /// False with a message when vectorscan refuses the set. An empty set needs no database.
  bool compile(const std::vector<LiteralSpec>& literals, DetectorIndex first_index, std::string& message);
  [[nodiscard]] bool empty() const noexcept { return database_ == nullptr; }

 private:
  friend class LiteralStream;
  friend class LiteralScratch;
  hs_database* database_ = nullptr;
  std::vector<std::uint32_t> lengths_;
  DetectorIndex first_index_ = 0;
};

/// One thread's working memory for any number of sets.
class LiteralScratch {
 public:
  LiteralScratch() noexcept = default;
  ~LiteralScratch();
  LiteralScratch(const LiteralScratch&) = delete;
  LiteralScratch& operator=(const LiteralScratch&) = delete;

 private:
  friend class LiteralStream;
  bool fit(const LiteralSet& set, std::uint64_t generation) noexcept;
  hs_scratch* scratch_ = nullptr;
  std::uint64_t generation_ = 0;
};

/// The search through one field. Opened at the first byte, so a program without literals never pays for it.
class LiteralStream {
 public:
  LiteralStream() noexcept = default;
  ~LiteralStream() { close(); }
  LiteralStream(const LiteralStream&) = delete;
  LiteralStream& operator=(const LiteralStream&) = delete;

  /// `bytes` stand at `field_offset`. `generation` names the program: scratch is fitted to each once.
  void scan(const LiteralSet& set, std::uint64_t generation, LiteralScratch& scratch, Bytes bytes,
            std::uint64_t field_offset, DetectionSink& sink) noexcept;
  /// Before another field, or another set.
  void close() noexcept;

 private:
  hs_stream* stream_ = nullptr;
  std::uint64_t opened_at_ = 0;  // field offset: a new program opens its stream in the middle of a field
};

}  // namespace bulkhead::lane
