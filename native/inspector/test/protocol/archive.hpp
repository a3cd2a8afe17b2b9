#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "protocol/dialogue.hpp"

namespace bulkhead {

struct ArchiveFile {
  std::string name;
  std::string bytes;
};

/// Where captures lie that are not part of this project: `../shared/pcaps` beside the repository.
std::filesystem::path shared_captures();

/// The regular files of a gzip-compressed tar archive (ustar). Empty when it cannot be read.
std::vector<ArchiveFile> read_archive(const std::filesystem::path& path);

/// The TCP payload of a classic Ethernet capture with one session whose segments are in order; the first SYN's sender
/// is the client. The session ends with the capture.
Dialogue read_capture(const std::string& pcap);

}  // namespace bulkhead
