/* Sends one small HTTP request after the other over an open connection, at a fixed rate, and prints the time each
 * answer took in microseconds, one a line. Small and in C, because a managed runtime's pauses are longer than what is
 * measured.
 *
 * usage: request_loop ADDRESS PORT PATH PER_SECOND COUNT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { kBuffer = 1 << 20, kMaxCount = 1000000 };

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void sleep_until(int64_t ns) {
  const struct timespec t = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
  }
}

/* Reads one response, however it is cut. Returns whether it was whole. */
static int read_response(int fd, char* buffer) {
  size_t have = 0;
  size_t want = 0;
  while (want == 0 || have < want) {
    const ssize_t got = recv(fd, buffer + have, kBuffer - 1 - have, 0);
    if (got <= 0) return 0;
    have += (size_t)got;
    buffer[have] = '\0';
    if (want != 0) continue;
    const char* end = strstr(buffer, "\r\n\r\n");
    const char* length = strcasestr(buffer, "content-length:");
    if (end == NULL) continue;
    if (length == NULL || length > end) return 0;
    want = (size_t)(end - buffer) + 4 + strtoul(length + 15, NULL, 10);
    if (want >= kBuffer) return 0;
  }
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const long rate = strtol(argv[4], NULL, 10);
  const long count = strtol(argv[5], NULL, 10);
  if (rate <= 0 || count <= 0 || count > kMaxCount) return 2;

  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10))};
  if (inet_pton(AF_INET, argv[1], &server.sin_addr) != 1) return 2;
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, (const struct sockaddr*)&server, sizeof server) != 0) {
    perror("connect");
    return 1;
  }

  char request[512];
  const int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", argv[3], argv[1]);
  char* buffer = malloc(kBuffer);
  int64_t* took = malloc((size_t)count * sizeof *took);
  if (buffer == NULL || took == NULL || length >= (int)sizeof request) return 1;

  int64_t due = now_ns();
  for (long i = 0; i < count; ++i) {
    due += 1000000000 / rate;
    sleep_until(due);
    const int64_t sent = now_ns();
    if (send(fd, request, (size_t)length, 0) != length || !read_response(fd, buffer)) {
      fprintf(stderr, "answer %ld did not come\n", i);
      return 1;
    }
    took[i] = now_ns() - sent;
  }
  for (long i = 0; i < count; ++i) printf("%.1f\n", (double)took[i] / 1000.0);
  return close(fd);
}
