#pragma once

#include <string>

#include "protocol/dialogue.hpp"
#include "shared_captures.hpp"
#include "tar_archive.hpp"

namespace bulkhead {

using test::ArchiveFile;
using test::read_archive;
using test::shared_captures;

/// The TCP payload of a classic Ethernet capture with one session whose segments are in order; the first SYN's sender
/// is the client. The session ends with the capture.
Dialogue read_capture(const std::string& pcap);

}  // namespace bulkhead
