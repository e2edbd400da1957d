// The backend behind every proxy of the benchmark: HTTP/1.1 keep-alive, one thread, two fixed answers: 64 KiB for a path
// that begins with /64k, 1 KiB for anything else. Built by the benchmark: cc -O2 -o backend backend.c
// usage: backend PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct answer {
    char *bytes;
    size_t length;
};

struct connection {
    int fd;
    size_t held;           // bytes of an unfinished request head in `input`
    const char *unsent;    // rest of an answer that the socket did not take
    size_t unsent_length;
    char input[16 * 1024];
};

static struct answer small, large;
static int poller;

static struct answer make_answer(size_t body, char fill) {
    struct answer answer = {.bytes = malloc(body + 256)};
    int head = sprintf(answer.bytes,
                       "HTTP/1.1 200 OK\r\nServer: backend\r\nDate: Mon, 02 Nov 2026 10:00:00 GMT\r\n"
                       "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", body);
    memset(answer.bytes + head, fill, body);
    answer.length = head + body;
    return answer;
}

static void wait_for(struct connection *connection, unsigned events) {
    struct epoll_event event = {.events = events, .data.ptr = connection};
    epoll_ctl(poller, EPOLL_CTL_MOD, connection->fd, &event);
}

static void end(struct connection *connection) {
    close(connection->fd);
    free(connection);
}

// Returns 0 if the connection ended.
static int flush(struct connection *connection) {
    ssize_t put = send(connection->fd, connection->unsent, connection->unsent_length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && errno != EAGAIN) {
        end(connection);
        return 0;
    }
    if (put > 0) {
        connection->unsent += put;
        connection->unsent_length -= put;
    }
    return 1;
}

// Answers every whole request head held, in order, until the socket is full. Requests have no body here.
static int answer_all(struct connection *connection) {
    char *head_end;
    while (!connection->unsent_length
           && (head_end = memmem(connection->input, connection->held, "\r\n\r\n", 4))) {
        int big = memmem(connection->input, head_end - connection->input, " /64k", 5) != NULL;
        connection->unsent = big ? large.bytes : small.bytes;
        connection->unsent_length = big ? large.length : small.length;
        size_t used = head_end + 4 - connection->input;
        connection->held -= used;
        memmove(connection->input, connection->input + used, connection->held);
        if (!flush(connection)) return 0;
    }
    if (connection->unsent_length) wait_for(connection, EPOLLOUT);
    return 1;
}

static void on_readable(struct connection *connection) {
    size_t room = sizeof connection->input - connection->held;
    ssize_t got = recv(connection->fd, connection->input + connection->held, room, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        end(connection);
        return;
    }
    connection->held += got;
    answer_all(connection);
}

static void on_writable(struct connection *connection) {
    if (!flush(connection) || connection->unsent_length) return;
    wait_for(connection, EPOLLIN);
    answer_all(connection);
}

static void accept_one(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct connection *connection = calloc(1, sizeof *connection);
    connection->fd = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

int main(int count, char **words) {
    if (count != 2) {
        fprintf(stderr, "usage: backend PORT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    small = make_answer(1024, 'a');
    large = make_answer(64 * 1024, 'b');
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0) {
        perror("backend: listen");
        return 1;
    }
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event accepting = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &accepting);
    for (;;) {
        int ready = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (!connection) accept_one(listener);
            else if (connection->unsent_length) on_writable(connection);
            else on_readable(connection);
        }
    }
}
