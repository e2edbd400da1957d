// The floor under every proxy: relays bytes between a listening port and a backend on loopback, in one thread, with one
// read and one write each way and nothing else. Built by the benchmark: cc -O2 -o relay relay.c
// usage: relay LISTEN_PORT BACKEND_PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

// One end of a relayed pair. Both ends are freed by `reap` after the batch of events in which the pair ended, because a
// later event of the same batch may still point at either.
struct end {
    int fd;
    int over;
    struct end *other;
    struct end *next_over;
};

static char buffer[64 * 1024];
static struct end *over_list;

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void finish(struct end *end) {
    if (end->over) return;
    close(end->fd);
    close(end->other->fd);
    end->over = end->other->over = 1;
    end->next_over = over_list;
    over_list = end;
}

static void reap(void) {
    while (over_list) {
        struct end *end = over_list;
        over_list = end->next_over;
        free(end->other);
        free(end);
    }
}

static struct end *watch(int poller, int fd) {
    struct end *end = calloc(1, sizeof *end);
    end->fd = fd;
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = end};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    return end;
}

static void accept_pair(int poller, int listener, int backend_port) {
    int in = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (in < 0) return;
    int out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in backend = loopback(backend_port);
    // Blocking: on loopback a connect is answered in the same call.
    if (out < 0 || connect(out, (struct sockaddr *)&backend, sizeof backend) < 0) {
        close(in);
        if (out >= 0) close(out);
        return;
    }
    struct end *a = watch(poller, in), *b = watch(poller, out);
    a->other = b;
    b->other = a;
}

// Reads once and writes all of it; a full socket is waited for, as the floor has no other work worth keeping.
static void move_bytes(struct end *from) {
    ssize_t got = recv(from->fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        finish(from);
        return;
    }
    for (ssize_t done = 0; done < got;) {
        ssize_t put = send(from->other->fd, buffer + done, got - done, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put > 0) {
            done += put;
        } else if (errno == EAGAIN) {
            struct pollfd writable = {.fd = from->other->fd, .events = POLLOUT};
            poll(&writable, 1, 100);
        } else {
            finish(from);
            return;
        }
    }
}

int main(int count, char **words) {
    if (count != 3) {
        fprintf(stderr, "usage: relay LISTEN_PORT BACKEND_PORT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = loopback(atoi(words[1]));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0) {
        perror("relay: listen");
        return 1;
    }
    int poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event accepting = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &accepting);
    for (;;) {
        int ready = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            struct end *end = events[i].data.ptr;
            if (!end) accept_pair(poller, listener, atoi(words[2]));
            else if (!end->over) move_bytes(end);
        }
        reap();
    }
}
