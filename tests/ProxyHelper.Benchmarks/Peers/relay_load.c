// The users of a relay, for the benchmark. relay_server.c is the target.
//   relay_load ADDRESS PORT connections COUNT SECONDS  opens COUNT connections at a time: a request, an answer, the end
//   relay_load ADDRESS PORT upload COUNT SECONDS       sends on COUNT connections
//   relay_load ADDRESS PORT download COUNT SECONDS     receives on COUNT connections
//   relay_load ADDRESS PORT idle COUNT SECONDS         opens COUNT connections and keeps them until it is killed
// The result is one line of numbers, which main() describes.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_SIZE = 100, ANSWER_SIZE = 1024, BUFFER_SIZE = 1 << 18, EVENTS = 256, PIECES = 4, MOST_TIMES = 1 << 20 };

struct user {
    int socket;
    bool has_sent;
    int received;
    double started;
};

static struct sockaddr_in relay = {.sin_family = AF_INET};
static char buffer[BUFFER_SIZE];
static double times[MOST_TIMES];
static long finished, failed;
static int epoll;

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void watch(int operation, int socket, uint32_t events, void *data)
{
    struct epoll_event event = {.events = events, .data.ptr = data};
    if (epoll_ctl(epoll, operation, socket, &event) != 0)
        fail("epoll_ctl");
}

static void open_user(struct user *user)
{
    *user = (struct user){.socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .started = now()};
    if (connect(user->socket, (struct sockaddr *)&relay, sizeof relay) != 0 && errno != EINPROGRESS)
        fail("connect");

    watch(EPOLL_CTL_ADD, user->socket, EPOLLOUT, user);
}

static void end_user(struct user *user, bool is_right)
{
    if (!is_right)
        failed++;
    else if (finished < MOST_TIMES)
        times[finished++] = now() - user->started;

    close(user->socket);
    open_user(user);
}

static void advance(struct user *user)
{
    if (!user->has_sent) {
        user->has_sent = true;
        memset(buffer, 'Q', REQUEST_SIZE);
        if (send(user->socket, buffer, REQUEST_SIZE, MSG_NOSIGNAL) != REQUEST_SIZE)
            end_user(user, false);
        else
            watch(EPOLL_CTL_MOD, user->socket, EPOLLIN, user);
        return;
    }

    ssize_t count = recv(user->socket, buffer, sizeof buffer, 0);
    if (count > 0)
        user->received += count;
    else if (count == 0 || errno != EAGAIN)
        end_user(user, count == 0 && user->received == ANSWER_SIZE);
}

static void run_connections(int count, double until)
{
    struct user *users = calloc(count, sizeof *users);
    for (int i = 0; i < count; i++)
        open_user(&users[i]);

    while (now() < until) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, 100);
        for (int i = 0; i < ready; i++)
            advance(events[i].data.ptr);
    }
}

// Opens a connection, and sends the byte that says what the server does.
static int open_stream(char kind)
{
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(stream, (struct sockaddr *)&relay, sizeof relay) != 0 || send(stream, &kind, 1, 0) != 1)
        fail("connect");

    return stream;
}

// Returns the number of bytes that were sent or received.
static long run_streams(int count, double until, bool is_upload)
{
    long bytes = 0;
    struct user *streams = calloc(count, sizeof *streams);
    for (int i = 0; i < count; i++) {
        streams[i].socket = open_stream(is_upload ? 'U' : 'D');
        fcntl(streams[i].socket, F_SETFL, O_NONBLOCK);
        watch(EPOLL_CTL_ADD, streams[i].socket, is_upload ? EPOLLOUT : EPOLLIN, &streams[i]);
    }

    while (now() < until) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, 100);
        for (int i = 0; i < ready * PIECES; i++) {
            int stream = ((struct user *)events[i / PIECES].data.ptr)->socket;
            ssize_t passed = is_upload ? send(stream, buffer, sizeof buffer, MSG_NOSIGNAL)
                                       : recv(stream, buffer, sizeof buffer, MSG_TRUNC);
            if (passed == 0 || (passed < 0 && errno != EAGAIN))
                fail("stream");

            bytes += passed > 0 ? passed : 0;
        }
    }

    return bytes;
}

static void run_idle(int count)
{
    for (int i = 0; i < count; i++) {
        open_stream('I');
        if (i % 100 == 99)
            usleep(5000); // the relay has a queue of limited length
    }

    puts("open");
    fflush(stdout);
    pause();
}

static int compare(const void *one, const void *other)
{
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

int main(int arguments, char **words)
{
    if (arguments != 6)
        return 2;

    relay.sin_addr.s_addr = inet_addr(words[1]);
    relay.sin_port = htons(atoi(words[2]));
    int count = atoi(words[4]);
    double start = now(), until = start + atof(words[5]);
    epoll = epoll_create1(0);
    if (!strcmp(words[3], "idle")) {
        run_idle(count);
    } else if (!strcmp(words[3], "connections")) {
        run_connections(count, until);
        double seconds = now() - start;
        qsort(times, finished, sizeof *times, compare);
        double p50 = finished ? times[finished / 2] : 0, p99 = finished ? times[finished * 99 / 100] : 0;
        // connections, failures, seconds, microseconds of the median and the 99th percentile
        printf("%ld %ld %f %f %f\n", finished, failed, seconds, p50 * 1e6, p99 * 1e6);
    } else {
        long bytes = run_streams(count, until, !strcmp(words[3], "upload"));
        printf("%ld 0 %f 0 0\n", bytes, now() - start); // bytes, seconds
    }
}
