#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "bulkhead/engine.hpp"

namespace bulkhead {

/// "POST /orders/*" of a request line or of the lines of an HTTP/2 head. Of the target only the path is shown, and of it
/// only parts that are words: at most two digits, at most 24 letters, digits, '.', '_', '-' or '~'. Others are '*'.
/// A zero byte stands for what may not be shown.
std::size_t request_subject(std::string_view head, std::array<char, kMaxSubject>& out) noexcept;

/// "INSERT INTO t VALUES (?, ?)" of a statement, of which this is the beginning: literals are '?', comments are left
/// out, blanks are one space. Names that look like values are '*', as above. `double_quoted_text`: MySQL's reading of "…".
std::size_t statement_subject(std::string_view statement, bool double_quoted_text,
                              std::array<char, kMaxSubject>& out) noexcept;

/// "HSET" of a command's first word, nothing when it is no word.
std::size_t command_subject(std::string_view command, std::array<char, kMaxSubject>& out) noexcept;

}  // namespace bulkhead
