#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "bulkhead/content.hpp"
#include "codec/body_decoder.hpp"
#include "reading/reading.hpp"
#include "reading/run_probe.hpp"
#include "reading/source_map.hpp"

namespace bulkhead::reading {

/// The text that a run of base64 or hex letters encodes, as a reading of its own; decompressed where it is compressed.
///
/// It goes on across line ends and padding, and is over at any other byte, or when it decodes to no text.
class Run final : public Decoding, private ContentSink {
 public:
  static constexpr std::size_t kPiece = 512;  ///< decoded at once

  /// `offset`: where it begins in the parent.
  Run(Workings& workings, Reading& parent, unsigned depth, const std::shared_ptr<const Program>& program,
      const RunStart& start, std::uint64_t offset) noexcept;

  /// Whether it goes on; what is behind its end is not its own.
  bool feed(Bytes bytes) noexcept;
  void provisional_end() noexcept { inner_.provisional_end(); }
  void end() noexcept;
  void rebind(const std::shared_ptr<const Program>& program) noexcept { inner_.rebind(program); }
  /// Offset in the parent behind its last byte so far.
  [[nodiscard]] std::uint64_t reached() const noexcept { return source_; }

  void deliver(Detection detection, bool own) noexcept override;
  [[nodiscard]] bool wrote(std::uint64_t, std::uint64_t) const noexcept override { return true; }

 private:
  enum class Step : std::uint8_t { next, over };
  Step take(std::uint8_t byte) noexcept;
  bool write(std::uint8_t byte) noexcept;
  void flush() noexcept;

  // What the decompressor says.
  void begin(Direction, const Field&) noexcept override {}
  void content(Direction direction, Bytes bytes, Origin origin) noexcept override;
  void end(Direction) noexcept override {}
  void not_inspected(Direction direction, Exception reason, std::uint64_t bytes) noexcept override;

  Workings& workings_;
  Reading& parent_;
  std::unique_ptr<BodyDecoder> unpacker_;
  FieldWriter field_;
  SourceMap map_;
  Encoding encoding_;
  bool ended_ = false;
  bool escaped_ = false;             ///< behind a backslash: JSON writes \n and \/
  std::uint8_t bit_count_ = 0;
  std::uint16_t binary_ = 0;         ///< how little it looks like text
  std::uint32_t bits_ = 0;
  std::uint32_t source_length_ = 0;  ///< letters since the last decoded byte
  std::uint64_t offset_, source_;    ///< of the first letter, and behind the last
  std::array<std::uint8_t, kPiece> out_{};
  std::size_t out_count_ = 0;
  Reading inner_;
};

}  // namespace bulkhead::reading
