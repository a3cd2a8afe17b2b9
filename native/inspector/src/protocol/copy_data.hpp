#pragma once

#include <memory>

#include "protocol/copy_statement.hpp"
#include "protocol/scripted.hpp"

namespace bulkhead {

/// The data of a COPY FROM STDIN as its values, each with the name of its column (PostgreSQL documentation, "COPY",
/// "File Formats"), however messages cut them.
class CopyData final : public Consumer {
 public:
  /// What comes is in these columns. They have to stay until the end.
  void begin(const CopyStatement& statement) noexcept;
  void end(const Outlet& out) noexcept;
  [[nodiscard]] bool begun() const noexcept { return statement_ != nullptr; }

  void take(Bytes bytes, Origin origin, const Outlet& out) noexcept override;
  /// The place in the row is lost: what follows has no names.
  bool lose(std::uint64_t bytes) noexcept override;

 private:
  enum class In : std::uint8_t { value, quoted, quote, escape, quoted_escape, octal, hexadecimal };

  [[nodiscard]] bool is_plain(std::uint8_t byte) const noexcept;
  void write(std::uint8_t byte, const Outlet& out) noexcept { out.write({&byte, 1}, Origin::decoded); }
  /// Whether the byte belongs to the value as it is.
  bool take_byte(std::uint8_t byte, const Outlet& out) noexcept;
  bool escaped(std::uint8_t byte, const Outlet& out) noexcept;
  void end_code(const Outlet& out) noexcept;
  /// The next value, of the column at `place_`, begins.
  void start(const Outlet& out) noexcept;
  Script tuples(Input& in) noexcept;

  const CopyStatement* statement_ = nullptr;
  std::unique_ptr<InnerScript> binary_;
  std::uint32_t place_ = 0;
  In in_ = In::value;
  char delimiter_ = 0, special_ = 0;  ///< special: the quote of CSV, the backslash of text
  std::uint8_t code_ = 0, code_digits_ = 0;
  bool started_ = false, lost_ = false;
};

}  // namespace bulkhead
