// An open-loop HTTP/1.1 load generator: requests leave at a fixed rate, evenly spaced, whether or not earlier ones were
// answered. Latency counts from the moment a request was due, so a proxy that stalls pays for all that had to wait behind
// the stall. One thread; keep-alive connections, used in turns. Built by the benchmark: cc -O2 -o rate rate.c
// usage: rate PORT PATH CONNECTIONS REQUESTS_PER_SECOND SECONDS
// prints: LOAD {"requests":N,"micros":N,"p50":N,"p99":N,"errors":N}   (latencies in microseconds)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_SECONDS = 5 };

struct connection {
    int fd;
    int64_t due;        // when its request should have left, in nanoseconds
    size_t held;        // bytes of the answer so far; beyond the head only counted
    size_t answer_size; // head and body, 0 while the head is not whole
    char input[8 * 1024];
};

static struct sockaddr_in address = {.sin_family = AF_INET};
static int poller;
static char request[1024];
static size_t request_size;
static struct connection **idle; // a ring: the one that was idle longest is used next
static long idle_first, idle_count, connections;
static uint32_t *latencies;
static long answered, errors;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void put_idle(struct connection *connection) {
    idle[(idle_first + idle_count++) % connections] = connection;
}

static void dial(struct connection *connection) {
    int one = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // Blocking: on loopback a connect is answered in the same call.
    if (connect(connection->fd, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("rate: connect");
        exit(1);
    }
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(poller, EPOLL_CTL_ADD, connection->fd, &event);
}

static void fail(struct connection *connection) {
    errors++;
    close(connection->fd);
    dial(connection);
    put_idle(connection);
}

static void send_request(int64_t due) {
    struct connection *connection = idle[idle_first];
    idle_first = (idle_first + 1) % connections;
    idle_count--;
    connection->due = due;
    connection->held = connection->answer_size = 0;
    if (send(connection->fd, request, request_size, MSG_NOSIGNAL) != (ssize_t)request_size) fail(connection);
}

// Finds the end of the head and the length of the body behind it. Returns 0 for what is no answer with 200 and a length.
static int read_head(struct connection *connection) {
    connection->input[connection->held] = 0;
    char *end = strstr(connection->input, "\r\n\r\n");
    if (!end) return connection->held < sizeof connection->input - 1;
    char *length = strcasestr(connection->input, "\r\ncontent-length:");
    if (strncmp(connection->input, "HTTP/1.1 200", 12) || !length || length > end) return 0;
    connection->answer_size = end + 4 - connection->input + atol(length + 17);
    return 1;
}

static void on_readable(struct connection *connection) {
    static char rest[64 * 1024];
    int in_body = connection->answer_size > 0;
    ssize_t got = in_body ? recv(connection->fd, rest, sizeof rest, MSG_DONTWAIT)
                          : recv(connection->fd, connection->input + connection->held,
                                 sizeof connection->input - 1 - connection->held, MSG_DONTWAIT);
    if (got <= 0) {
        fail(connection);
        return;
    }
    connection->held += got;
    if (!in_body && !read_head(connection)) {
        fail(connection);
    } else if (connection->answer_size && connection->held >= connection->answer_size) {
        latencies[answered++] = (now() - connection->due) / 1000;
        put_idle(connection);
    }
}

static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t percentile(double share) {
    return answered ? latencies[(long)((answered - 1) * share)] : 0;
}

int main(int count, char **words) {
    if (count != 6) {
        fprintf(stderr, "usage: rate PORT PATH CONNECTIONS REQUESTS_PER_SECOND SECONDS\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    address.sin_port = htons(atoi(words[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    request_size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: bench.local\r\n\r\n", words[2]);
    connections = atol(words[3]);
    long total = atol(words[4]) * atol(words[5]), sent = 0;
    int64_t interval = 1000000000LL / atol(words[4]);
    latencies = calloc(total, sizeof *latencies);
    idle = calloc(connections, sizeof *idle);
    poller = epoll_create1(EPOLL_CLOEXEC);
    for (long i = 0; i < connections; i++) {
        struct connection *connection = calloc(1, sizeof *connection);
        dial(connection);
        put_idle(connection);
    }
    struct epoll_event events[64];
    int64_t start = now(), last_end = start + total * interval + GRACE_SECONDS * 1000000000LL;
    while (answered + errors < total && now() < last_end) {
        while (sent < total && idle_count && start + sent * interval <= now()) send_request(start + sent++ * interval);
        int64_t wait = sent < total && idle_count ? start + sent * interval - now() : 100000000;
        if (wait < 0) wait = 0;
        struct timespec timeout = {wait / 1000000000, wait % 1000000000};
        int ready = epoll_pwait2(poller, events, 64, &timeout, NULL);
        for (int i = 0; i < ready; i++) on_readable(events[i].data.ptr);
    }
    int64_t took = now() - start;
    qsort(latencies, answered, sizeof *latencies, by_size);
    printf("LOAD {\"requests\":%ld,\"micros\":%lld,\"p50\":%u,\"p99\":%u,\"errors\":%ld}\n", answered,
           (long long)took / 1000, percentile(0.50), percentile(0.99), total - answered);
    return 0;
}
