// The target of a relay, and the helper that the relay asks, for the benchmark. The first byte of a connection, after the
// header of the PROXY protocol, says what the server does:
//   Q  answers a request of 100 bytes with 1024 bytes, and closes the connection
//   U  reads everything (upload)
//   D  sends until the connection ends (download)
//   I  does nothing (idle)
// The helper says "found" about each query.
#define _GNU_SOURCE
#include "helper.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { REQUEST_SIZE = 100, ANSWER_SIZE = 1024, BUFFER_SIZE = 1 << 17, EVENTS = 256, BACKLOG = 4096 };
enum { HEAD_SIZE = 16, LENGTH_OFFSET = 14 };

// A connection is a state and the bytes of its request that have arrived.
struct connection {
    int socket;
    char state;
    int received;
};

static const char signature[] = "\r\n\r\n\0\r\nQUIT\n";
static char buffer[BUFFER_SIZE];
static int epoll, listener, helper;

static void watch(int socket, uint32_t events, void *data)
{
    struct epoll_event event = {.events = events, .data.ptr = data};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) != 0)
        fail("epoll_ctl");
}

static void end(struct connection *connection)
{
    close(connection->socket);
    free(connection);
}

static void accept_all(void)
{
    int socket;
    while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct connection *connection = calloc(1, sizeof *connection);
        connection->socket = socket;
        watch(socket, EPOLLIN, connection);
    }
}

static void answer_query(void)
{
    struct datagram datagram;
    struct sockaddr_in sender;
    socklen_t length = sizeof sender;
    ssize_t size;
    while ((size = recvfrom(helper, &datagram, sizeof datagram, MSG_DONTWAIT, (struct sockaddr *)&sender, &length)) >= 0) {
        if (!is_query(&datagram, size))
            continue;

        datagram.secret = 0;
        datagram.flags = htons(FOUND);
        datagram.source = htonl(0x0a010000 | ntohs(datagram.source_port)); // 10.1.0.0/16, a user for each port
        datagram.destination = htonl(0x04010101); // 4.1.1.1
        sendto(helper, &datagram, sizeof datagram, 0, (struct sockaddr *)&sender, length);
    }
}

// Returns the size of the header at the start of the bytes. The relays send the header in one piece.
static ssize_t header_size(const char *bytes, ssize_t count)
{
    if (count < HEAD_SIZE || memcmp(bytes, signature, sizeof signature - 1) != 0)
        return -1;

    ssize_t size = HEAD_SIZE + ((uint8_t)bytes[LENGTH_OFFSET] << 8 | (uint8_t)bytes[LENGTH_OFFSET + 1]);
    return size <= count ? size : -1;
}

static void send_download(struct connection *connection)
{
    ssize_t sent;
    for (int i = 0; i < 8; i++) {
        if ((sent = send(connection->socket, buffer, sizeof buffer, MSG_NOSIGNAL)) < 0) {
            if (errno != EAGAIN)
                end(connection);
            return;
        }
    }
}

static void begin(struct connection *connection, char state)
{
    connection->state = state;
    if (state == 'D') {
        struct epoll_event event = {.events = EPOLLOUT, .data.ptr = connection};
        epoll_ctl(epoll, EPOLL_CTL_MOD, connection->socket, &event);
    }
}

static void take_request(struct connection *connection, ssize_t count)
{
    connection->received += count;
    if (connection->received >= REQUEST_SIZE) {
        send(connection->socket, buffer, ANSWER_SIZE, MSG_NOSIGNAL);
        end(connection);
    }
}

static void receive(struct connection *connection)
{
    static char bytes[BUFFER_SIZE];
    // The kernel drops the bytes of an upload, so that the server costs as little as possible.
    ssize_t count = recv(connection->socket, bytes, sizeof bytes, connection->state == 'U' ? MSG_TRUNC : 0);
    if (count <= 0) {
        if (count == 0 || errno != EAGAIN)
            end(connection);
        return;
    }

    ssize_t start = 0;
    if (connection->state == 0) {
        if ((start = header_size(bytes, count)) < 0) {
            fprintf(stderr, "A connection has no whole header.\n");
            exit(1);
        }
        connection->state = 'H'; // the header has arrived
    }

    if (connection->state == 'H' && start < count)
        begin(connection, bytes[start]);

    if (connection->state == 'Q')
        take_request(connection, count - start);
}

static void serve(struct epoll_event *event)
{
    struct connection *connection = event->data.ptr;
    if (event->data.ptr == &listener)
        accept_all();
    else if (event->data.ptr == &helper)
        answer_query();
    else if (connection->state != 'D')
        receive(connection);
    else if (event->events & (EPOLLHUP | EPOLLERR))
        end(connection);
    else
        send_download(connection);
}

int main(int count, char **words)
{
    helper = open_responder(count, words);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(7000), .sin_addr.s_addr = inet_addr(words[1])};
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(listener, (struct sockaddr *)&local, sizeof local) != 0 || listen(listener, BACKLOG) != 0)
        fail("listen");

    epoll = epoll_create1(0);
    watch(listener, EPOLLIN, &listener);
    watch(helper, EPOLLIN, &helper);
    write_ready();
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++)
            serve(&events[i]);
    }
}
