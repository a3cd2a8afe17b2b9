#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

// mount_silent FOLDER: a file system that has a file of any name, and answers nobody who opens one; others may lie over it. Prints "mounted".
namespace {

fuse_attr attributes_of(std::uint64_t node) {
  fuse_attr attributes{};
  attributes.ino = node;
  attributes.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0755;
  attributes.nlink = 1;
  attributes.size = 4'096;
  attributes.blksize = 4'096;
  return attributes;
}

template <typename Body>
bool answer(int device, const fuse_in_header& question, const Body& body) {
  char bytes[sizeof(fuse_out_header) + sizeof(Body)];
  fuse_out_header header{};
  header.len = sizeof(bytes);
  header.unique = question.unique;
  std::memcpy(bytes, &header, sizeof(header));
  std::memcpy(bytes + sizeof(header), &body, sizeof(body));
  return write(device, bytes, sizeof(bytes)) == static_cast<ssize_t>(sizeof(bytes));
}

bool answer(int device, const fuse_in_header& question) {
  if (question.opcode == FUSE_INIT) {
    fuse_init_out start{};
    start.major = FUSE_KERNEL_VERSION;
    start.minor = FUSE_KERNEL_MINOR_VERSION;
    start.max_write = 4'096;
    return answer(device, question, start);
  }
  if (question.opcode == FUSE_LOOKUP) {
    fuse_entry_out entry{};
    entry.nodeid = 2;
    entry.attr_valid = entry.entry_valid = 3'600;
    entry.attr = attributes_of(2);
    return answer(device, question, entry);
  }
  if (question.opcode == FUSE_GETATTR) {
    fuse_attr_out out{};
    out.attr_valid = 3'600;
    out.attr = attributes_of(question.nodeid);
    return answer(device, question, out);
  }
  if (question.opcode == FUSE_STATFS) return answer(device, question, fuse_statfs_out{});
  if (question.opcode == FUSE_OPEN || question.opcode == FUSE_FORGET) return true;  // silence
  fuse_out_header header{};
  header.len = sizeof(header);
  header.error = -ENOSYS;
  header.unique = question.unique;
  return write(device, &header, sizeof(header)) == static_cast<ssize_t>(sizeof(header));
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) return 2;
  const int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  const std::string options = "fd=" + std::to_string(device) + ",rootmode=40755,user_id=0,group_id=0,allow_other";
  if (device < 0 || mount("silent", words[1], "fuse", 0, options.c_str()) != 0) {
    std::perror("mount_silent");
    return 1;
  }
  static char bytes[FUSE_MIN_READ_BUFFER];
  bool is_said = false;
  while (read(device, bytes, sizeof(bytes)) > 0) {
    fuse_in_header question{};
    std::memcpy(&question, bytes, sizeof(question));
    if (!answer(device, question)) break;
    if (!is_said && std::puts("mounted") != EOF) std::fflush(stdout);
    is_said = true;
  }
  return 0;
}
