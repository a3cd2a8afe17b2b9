#pragma once

#include <zlib.h>

#include <filesystem>
#include <string>
#include <vector>

namespace bulkhead::test {

struct ArchiveFile {
  std::string name;
  std::string bytes;
};

inline std::string gunzip(const std::filesystem::path& path) {
  std::string out;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return out;
  char buffer[65536];
  for (int got = gzread(file, buffer, sizeof buffer); got > 0; got = gzread(file, buffer, sizeof buffer))
    out.append(buffer, static_cast<std::size_t>(got));
  gzclose(file);
  return out;
}

/// The regular files of a gzip-compressed tar archive (ustar). Empty when it cannot be read.
inline std::vector<ArchiveFile> read_archive(const std::filesystem::path& path) {
  constexpr std::size_t kBlock = 512;
  const std::string tar = gunzip(path);
  std::vector<ArchiveFile> files;
  for (std::size_t at = 0; at + kBlock <= tar.size() && tar[at] != '\0';) {
    const std::string name(tar.c_str() + at);
    const std::size_t size = std::stoul(tar.substr(at + 124, 11), nullptr, 8);
    const char type = tar[at + 156];
    at += kBlock;
    if (type == '0' || type == '\0') files.push_back({name.substr(0, 100), tar.substr(at, size)});
    at += (size + kBlock - 1) / kBlock * kBlock;
  }
  return files;
}

}  // namespace bulkhead::test
