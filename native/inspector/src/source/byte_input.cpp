#include "source/byte_input.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace bulkhead {
namespace {

constexpr std::size_t kGzipMagic = 2;
constexpr int kGzipOnly = 16 + MAX_WBITS;

bool is_gzip(const std::uint8_t* bytes, std::size_t n) noexcept {
  return n >= kGzipMagic && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

}  // namespace

struct ByteInput::Inflater {
  z_stream stream{};
  std::array<std::uint8_t, kBuffer> input{};
  bool between_members = false;
  bool input_ended = false;

  Inflater() noexcept { inflateInit2(&stream, kGzipOnly); }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

ByteInput::ByteInput(int fd, int cancel_fd) noexcept
    : fd_(fd), cancel_fd_(cancel_fd), buffer_(2 * kBuffer) {
  struct stat info{};
  pollable_ = cancel_fd_ >= 0 && ::fstat(fd_, &info) == 0 && !S_ISREG(info.st_mode);
}

ByteInput::~ByteInput() = default;

void ByteInput::fail(SourceError error, std::string message) noexcept {
  ended_ = true;
  if (!failure_.failed()) failure_ = {error, std::move(message)};
}

std::size_t ByteInput::read_some(std::uint8_t* into, std::size_t room) noexcept {
  for (;;) {
    if (pollable_) {
      std::array<pollfd, 2> waits{{{fd_, POLLIN, 0}, {cancel_fd_, POLLIN, 0}}};
      if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return 0;
      if (waits[1].revents != 0) {
        fail(SourceError::cancelled, "the inspection was cancelled");
        return 0;
      }
    }
    const ssize_t got = ::read(fd_, into, room);
    if (got >= 0) {
      bytes_read_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
    if (errno == EAGAIN && !pollable_) {
      pollfd wait{fd_, POLLIN, 0};
      ::poll(&wait, 1, -1);
      continue;
    }
    if (errno == EINTR || errno == EAGAIN) continue;
    fail(SourceError::unreadable, std::string("reading failed: ") + std::strerror(errno));
    return 0;
  }
}

void ByteInput::detect_compression() noexcept {
  started_ = true;
  while (end_ < kGzipMagic) {
    const std::size_t got = read_some(buffer_.data() + end_, kBuffer);
    if (got == 0) {
      ended_ = true;
      return;
    }
    end_ += got;
  }
  if (!is_gzip(buffer_.data(), end_)) return;
  inflater_ = std::make_unique<Inflater>();
  std::memcpy(inflater_->input.data(), buffer_.data(), end_);
  inflater_->stream.next_in = inflater_->input.data();
  inflater_->stream.avail_in = static_cast<unsigned>(end_);
  end_ = 0;
}

std::size_t ByteInput::inflate_some(std::uint8_t* into, std::size_t room) noexcept {
  z_stream& z = inflater_->stream;
  z.next_out = into;
  z.avail_out = static_cast<unsigned>(room);
  while (z.avail_out == room) {
    if (z.avail_in == 0 && !inflater_->input_ended) {
      const std::size_t got = read_some(inflater_->input.data(), inflater_->input.size());
      if (failure_.failed()) return 0;
      if (got == 0) inflater_->input_ended = true;
      z.next_in = inflater_->input.data();
      z.avail_in = static_cast<unsigned>(got);
    }
    if (inflater_->between_members) {
      // Like gzip itself: another member may follow; anything else after the last one is padding.
      if (z.avail_in == 0 || *z.next_in != 0x1f) return 0;
      inflateReset(&z);
      inflater_->between_members = false;
    }
    const int result = ::inflate(&z, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      inflater_->between_members = true;
    } else if (result == Z_BUF_ERROR && inflater_->input_ended && z.avail_out == room) {
      fail(SourceError::truncated,
           "the gzip data ends in the middle: the file was not copied whole; copy or record it again");
      return 0;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      fail(SourceError::corrupt, std::string("the gzip data is corrupt: ") + (z.msg == nullptr ? "" : z.msg));
      return 0;
    }
  }
  return room - z.avail_out;
}

bool ByteInput::fill() noexcept {
  if (ended_) return false;
  if (!started_) {
    detect_compression();
    if (ended_) return false;
    if (held() > 0) return true;
  }
  if (begin_ == end_) begin_ = end_ = 0;
  if (buffer_.size() - end_ < kBuffer) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, held());
    end_ = held();
    begin_ = 0;
    // Only an item larger than what is held so far asks for more; `peek` never asks for more than kWindow.
    if (buffer_.size() - end_ < kBuffer) buffer_.resize(std::min(buffer_.size() * 2, kWindow + kBuffer));
  }
  std::uint8_t* const into = buffer_.data() + end_;
  const std::size_t room = std::min(buffer_.size() - end_, kBuffer);
  const std::size_t got = inflater_ == nullptr ? read_some(into, room) : inflate_some(into, room);
  if (got == 0) ended_ = true;
  end_ += got;
  return got > 0;
}

Bytes ByteInput::peek(std::size_t n) noexcept {
  n = std::min(n, kWindow);
  while (held() < n && fill()) {
  }
  return {buffer_.data() + begin_, std::min(n, held())};
}

void ByteInput::consume(std::size_t n) noexcept {
  n = std::min(n, held());
  begin_ += n;
  position_ += n;
}

bool ByteInput::skip(std::uint64_t n) noexcept {
  while (n > 0) {
    if (held() == 0 && !fill()) return false;
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(n, held()));
    consume(step);
    n -= step;
  }
  return true;
}

}  // namespace bulkhead
