// Load that is made of connections: each is opened, verified from both ends if it is TLS 1.3, carries one HTTP/1.1 request,
// and is closed (churn) or kept (hold). Built by the benchmark: cc -O2 -o connect connect.c -lssl -lcrypto -lpthread
// usage: connect churn PORT WORKERS SECONDS full|resumed ROOT.pem CERTIFICATE_AND_KEY.pem
//        connect hold  PORT CONNECTIONS [ROOT.pem CERTIFICATE_AND_KEY.pem]
// churn: blocking workers side by side, each at least once; "resumed" offers the session of the worker's last connection.
//   prints LOAD {"requests":N,"micros":N,"p50":N,"p99":N,"errors":N,"resumed":N}   (latency: connect to answer, microseconds)
// hold: one after the other, then prints HELD and stays until it is killed.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char request[] = "GET /1k HTTP/1.1\r\nHost: bench.local\r\n\r\n";

// An open connection; `tls` is NULL for a plain one.
struct link {
    int fd;
    SSL *tls;
};

struct worker {
    pthread_t thread;
    SSL_SESSION *session;
    uint32_t *latencies;
    long answered, resumed, errors, room;
};

static struct sockaddr_in address = {.sin_family = AF_INET};
static SSL_CTX *context;
static int resume;
static int64_t end_time;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void die(const char *what) {
    perror(what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

// TLS 1.3 sends sessions after the handshake; the newest one is kept for the next connection of the same worker.
static int on_session(SSL *tls, SSL_SESSION *session) {
    struct worker *worker = SSL_get_app_data(tls);
    if (!resume || !worker) return 0;
    SSL_SESSION_free(worker->session);
    worker->session = session;
    return 1;
}

static void use_tls(const char *root, const char *certificate_and_key) {
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_session);
    if (SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1
        || SSL_CTX_set1_groups_list(context, "P-256") != 1
        || SSL_CTX_load_verify_locations(context, root, NULL) != 1
        || SSL_CTX_use_certificate_chain_file(context, certificate_and_key) != 1
        || SSL_CTX_use_PrivateKey_file(context, certificate_and_key, SSL_FILETYPE_PEM) != 1) {
        die("connect: certificates");
    }
}

static void close_link(struct link *link) {
    if (link->tls) {
        SSL_shutdown(link->tls);
        SSL_free(link->tls);
    }
    close(link->fd);
}

// Reads one answer with a length. Returns 0 if it was not a 200.
static int read_answer(struct link *link) {
    char input[8 * 1024];
    size_t held = 0, size = 0;
    while (!size || held < size) {
        size_t room = sizeof input - 1 - held;
        ssize_t got = link->tls ? SSL_read(link->tls, input + held, room) : recv(link->fd, input + held, room, 0);
        if (got <= 0) return 0;
        held += got;
        input[held] = 0;
        char *end = strstr(input, "\r\n\r\n"), *length = strcasestr(input, "\r\ncontent-length:");
        if (end && !length) return 0;
        if (end) size = end + 4 - input + atol(length + 17);
    }
    return !strncmp(input, "HTTP/1.1 200", 12);
}

// Connects, shakes hands and gets one answer. Returns 0 if any of it failed; the link is closed then.
static int open_link(struct link *link, struct worker *worker) {
    int one = 1;
    link->tls = NULL;
    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link->fd < 0) die("connect: socket");
    if (connect(link->fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(link->fd);
        return 0;
    }
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    int good = 1;
    if (context) {
        link->tls = SSL_new(context);
        SSL_set_app_data(link->tls, worker);
        SSL_set_fd(link->tls, link->fd);
        SSL_set_tlsext_host_name(link->tls, "bench.local");
        SSL_set1_host(link->tls, "bench.local");
        if (worker && worker->session) SSL_set_session(link->tls, worker->session);
        good = SSL_connect(link->tls) == 1;
    }
    ssize_t size = sizeof request - 1;
    good = good && (link->tls ? SSL_write(link->tls, request, size) : send(link->fd, request, size, MSG_NOSIGNAL)) == size
           && read_answer(link);
    if (!good) {
        ERR_clear_error();
        close_link(link);
    }
    return good;
}

static void *churn(void *argument) {
    struct worker *worker = argument;
    do {
        struct link link;
        int64_t begin = now();
        if (!open_link(&link, worker)) {
            worker->errors++;
            continue;
        }
        if (worker->answered == worker->room) {
            worker->room = worker->room ? 2 * worker->room : 1024;
            worker->latencies = realloc(worker->latencies, worker->room * sizeof *worker->latencies);
        }
        worker->latencies[worker->answered++] = (now() - begin) / 1000;
        worker->resumed += SSL_session_reused(link.tls);
        close_link(&link);
    } while (now() < end_time);
    return NULL;
}

static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void churn_all(long count, long seconds) {
    struct worker *workers = calloc(count, sizeof *workers);
    int64_t begin = now();
    end_time = begin + seconds * 1000000000LL;
    for (long i = 0; i < count; i++) pthread_create(&workers[i].thread, NULL, churn, &workers[i]);
    long answered = 0, resumed = 0, errors = 0;
    uint32_t *all = NULL;
    for (long i = 0; i < count; i++) {
        struct worker *worker = &workers[i];
        pthread_join(worker->thread, NULL);
        all = realloc(all, (answered + worker->answered + 1) * sizeof *all);
        memcpy(all + answered, worker->latencies, worker->answered * sizeof *all);
        answered += worker->answered;
        resumed += worker->resumed;
        errors += worker->errors;
    }
    long long micros = (now() - begin) / 1000;
    qsort(all, answered, sizeof *all, by_size);
    printf("LOAD {\"requests\":%ld,\"micros\":%lld,\"p50\":%u,\"p99\":%u,\"errors\":%ld,\"resumed\":%ld}\n", answered, micros,
           answered ? all[(answered - 1) / 2] : 0, answered ? all[(answered - 1) * 99 / 100] : 0, errors, resumed);
}

static void hold_all(long count) {
    for (long i = 0; i < count; i++) {
        struct link link;
        if (!open_link(&link, NULL)) die("connect: no answer");
    }
    printf("HELD %ld\n", count);
    fflush(stdout);
    pause();
}

int main(int count, char **words) {
    int churning = count == 8 && !strcmp(words[1], "churn");
    int holding = (count == 4 || count == 6) && !strcmp(words[1], "hold");
    if (!churning && !holding) {
        fprintf(stderr, "usage: connect churn PORT WORKERS SECONDS full|resumed ROOT CERTIFICATE_AND_KEY\n"
                        "       connect hold PORT CONNECTIONS [ROOT CERTIFICATE_AND_KEY]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    address.sin_port = htons(atoi(words[2]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (count > 4) use_tls(words[count - 2], words[count - 1]);
    if (churning) {
        resume = !strcmp(words[5], "resumed");
        churn_all(atol(words[3]), atol(words[4]));
    } else {
        hold_all(atol(words[3]));
    }
    return 0;
}
