/* Asks an address on a timer whether it answers, before everybody with normal scheduling, so that a
 * busy processor does not look like an address that is dark. Who answers, and when, is the
 * observer's to see. (ping(8) spins below ten milliseconds.)
 * Usage: prober ADDRESS MICROSECONDS        until SIGINT; then prints how often it asked
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t over = 0;

static void end(int signal) {
  (void)signal;
  over = 1;
}

static void later(struct timespec *at, long nanos) {
  at->tv_nsec += nanos;
  while (at->tv_nsec >= 1000000000L) {
    at->tv_nsec -= 1000000000L;
    at->tv_sec++;
  }
}

/* Of a header without data: type, number and sequence are all that is not zero. */
static unsigned short checksum(const struct icmphdr *echo) {
  unsigned short words[4];
  memcpy(words, echo, sizeof words);
  unsigned sum = words[0] + words[1] + words[2] + words[3];
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return (unsigned short)~sum;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  struct sockaddr_in to = {.sin_family = AF_INET};
  int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  if (fd < 0 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) return 1;
  signal(SIGINT, end);
  struct sched_param priority = {.sched_priority = 10};
  if (sched_setscheduler(0, SCHED_RR, &priority) != 0) perror("sched_setscheduler");
  long asked = 0;
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  while (!over) {
    struct icmphdr echo = {.type = ICMP_ECHO};
    echo.un.echo.id = htons((unsigned short)getpid());
    echo.un.echo.sequence = htons((unsigned short)asked);
    echo.checksum = checksum(&echo);
    if (sendto(fd, &echo, sizeof echo, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to) > 0) asked++;
    later(&at, atol(argv[2]) * 1000L);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
  }
  printf("%ld asked\n", asked);
  return 0;
}
