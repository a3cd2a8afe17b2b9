#include "protocol/golden_file.hpp"

#include <zlib.h>

#include <fstream>
#include <sstream>

namespace bulkhead {

std::string unescape_golden(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char kind = text[++i];
    if (kind == 'r') out += '\r';
    if (kind == 'n') out += '\n';
    if (kind == 't') out += '\t';
    if (kind == '\\' || kind == '"') out += kind;
    if (kind == 'x') {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    }
  }
  return out;
}

namespace {

/// Replaces {gzip …} and the like, innermost first, so that they nest.
std::string expand(std::string text) {
  for (;;) {
    const std::size_t close = text.find('}');
    const std::size_t open = close == std::string::npos ? close : text.rfind('{', close);
    if (open == std::string::npos) return unescape_golden(text);
    const std::string inner = text.substr(open + 1, close - open - 1);
    const std::size_t space = inner.find(' ');
    const std::string kind = inner.substr(0, space);
    std::string bytes = kind;
    if (kind == "gzip" || kind == "zlib" || kind == "deflate") {
      const Compression how = kind == "gzip"   ? Compression::gzip
                              : kind == "zlib" ? Compression::zlib
                                               : Compression::deflate;
      bytes = compress(unescape_golden(inner.substr(space + 1)), how);
    } else {
      bytes = "\x01" + inner + "\x02";  // ordinary braces
    }
    std::string escaped;
    constexpr char kHex[] = "0123456789abcdef";
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      escaped += "\\x";
      escaped += kHex[byte >> 4];
      escaped += kHex[byte & 15];
    }
    if (bytes[0] == '\x01') escaped = "\\x7b" + inner + "\\x7d";
    text.replace(open, close - open + 1, escaped);
  }
}

Turn turn_of(const std::string& mark, const std::string& text) {
  std::istringstream words(mark);
  std::string first, second;
  Turn turn;
  words >> first >> second;
  if (first == "datagram") {
    turn.kind = Turn::Kind::datagram;
    std::swap(first, second);
  }
  turn.direction = first == "request" ? Direction::request : Direction::response;
  if (second == "gap") {
    turn.kind = Turn::Kind::gap;
    words >> turn.missing;
  } else if (second == "end") {
    turn.kind = Turn::Kind::end;
  } else {
    turn.bytes = expand(text);
  }
  return turn;
}

}  // namespace

std::string compress(const std::string& text, Compression compression) {
  z_stream stream{};
  const int bits = compression == Compression::gzip ? MAX_WBITS + 16
                   : compression == Compression::zlib ? MAX_WBITS
                                                      : -MAX_WBITS;
  deflateInit2(&stream, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::filesystem::path golden_folder() { return std::filesystem::path(__FILE__).parent_path() / "golden"; }

std::vector<GoldenCase> read_golden(const std::filesystem::path& file) {
  std::vector<GoldenCase> cases;
  std::ifstream input(file);
  std::string line, mark, text;
  bool inside = false;
  while (std::getline(input, line)) {
    if (line.starts_with("## ")) cases.push_back({line.substr(3), {}, {}});
    if (!line.starts_with("```")) {
      if (inside) text += mark == "events" ? line + '\n' : line;
      continue;
    }
    inside = !inside;
    if (inside) {
      mark = line.substr(3);
      text.clear();
    } else if (mark == "events") {
      cases.back().events = text;
    } else {
      cases.back().dialogue.push_back(turn_of(mark, text));
    }
  }
  return cases;
}

}  // namespace bulkhead
