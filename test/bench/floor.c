/* The floor: a program that does nothing but send an advert on a timer, as the kernel allows at best.
 * Usage: floor INTERFACE MICROSECONDS        an advert of VRID 50 at every interval, SCHED_RR 50
 *        floor INTERFACE flood COUNT RATE    COUNT adverts of a foreign VRID, RATE a second
 *        floor - forks COUNT RATE            COUNT processes that end at once, RATE a second
 *        floor INTERFACE down                sets it down, and prints the moment before: microseconds since 1970
 * A machine that cannot keep up sends and forks fewer: flood and forks end after COUNT / RATE seconds, and print how many it were.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void send_one(int fd, unsigned char vrid) {
  unsigned char advert[12] = {0x31, vrid, 100, 1, 0, 1, 0, 0, 192, 168, 122, 200};
  struct sockaddr_in to = {.sin_family = AF_INET};
  to.sin_addr.s_addr = inet_addr("224.0.0.18");
  if (sendto(fd, advert, sizeof advert, 0, (struct sockaddr *)&to, sizeof to) < 0) perror("sendto");
}

static void later(struct timespec *at, long nanos) {
  at->tv_nsec += nanos;
  while (at->tv_nsec >= 1000000000L) {
    at->tv_nsec -= 1000000000L;
    at->tv_sec++;
  }
}

static int is_over(const struct timespec *end) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec > end->tv_sec || (now.tv_sec == end->tv_sec && now.tv_nsec > end->tv_nsec);
}

static void fork_storm(long count, long nanos) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  struct timespec end = at;
  for (long each = 0; each < count; each++) later(&end, nanos);
  long done = 0;
  while (done < count && !is_over(&end)) {
    done++;
    pid_t child = fork();
    if (child == 0) _exit(0);
    if (child > 0) waitpid(child, NULL, 0);
    later(&at, nanos);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
  }
  printf("%ld done\n", done);
}

static int set_down(const char *name) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq link = {0};
  strncpy(link.ifr_name, name, IFNAMSIZ - 1);
  if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &link) != 0) return 1;
  link.ifr_flags &= ~IFF_UP;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (ioctl(fd, SIOCSIFFLAGS, &link) != 0) return 1;
  printf("%ld%06ld\n", (long)now.tv_sec, now.tv_nsec / 1000);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[2], "down") == 0) return set_down(argv[1]);
  if (argc != 3 && argc != 5) return 2;
  if (argc == 5 && strcmp(argv[2], "forks") == 0) {
    fork_storm(atol(argv[3]), 1000000000L / atol(argv[4]));
    return 0;
  }
  int fd = socket(AF_INET, SOCK_RAW, 112);
  struct ip_mreqn link = {.imr_ifindex = (int)if_nametoindex(argv[1])};
  int ttl = 255;
  if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &link, sizeof link) != 0) return 1;
  setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
  int flood = argc == 5;
  long count = flood ? atol(argv[3]) : -1;
  long nanos = flood ? 1000000000L / atol(argv[4]) : atol(argv[2]) * 1000L;
  struct sched_param priority = {.sched_priority = 50};
  if (!flood && sched_setscheduler(0, SCHED_RR, &priority) != 0) perror("sched_setscheduler");
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  struct timespec end = at;
  for (long each = 0; each < count; each++) later(&end, nanos);
  long done = 0;
  while (done != count && !(flood && is_over(&end))) {
    done++;
    send_one(fd, flood ? 99 : 50);
    later(&at, nanos);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
  }
  printf("%ld done\n", done);
  return 0;
}
