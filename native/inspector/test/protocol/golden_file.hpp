#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "protocol/dialogue.hpp"

namespace bulkhead {

/// One case of a golden Markdown file: what is said, and what a decoder must make of it.
///
/// A case is a `##` heading and fenced blocks. A block marked `request` or `response` holds bytes: line ends of the
/// file mean nothing, `\r \n \t \ \" \xNN` are bytes, and `{gzip TEXT}`, `{deflate TEXT}`, `{zlib TEXT}` stand for the text
/// compressed. `request gap N` and `response end` (with nothing in the block) are what they say; `datagram request` is
/// one datagram. The block marked `events` is the expected log.
struct GoldenCase {
  std::string title;
  Dialogue dialogue;
  std::string events;
};

/// The bytes that `\r \n \t \\ \" \xNN` in a golden file stand for.
std::string unescape_golden(const std::string& text);

std::filesystem::path golden_folder();
std::vector<GoldenCase> read_golden(const std::filesystem::path& file);

enum class Compression { gzip, zlib, deflate };
std::string compress(const std::string& text, Compression compression);

}  // namespace bulkhead
