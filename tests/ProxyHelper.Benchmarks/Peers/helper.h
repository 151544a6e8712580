// smtp-gated's helper protocol (docs/reference/protocol.md), and the socket that receives the queries.
#ifndef HELPER_H
#define HELPER_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { MAGIC = 0x52504844, VERSION = 0x0402, QUERY = 0x0001, FOUND = 0x0012, NOT_FOUND = 0x0022 };

struct datagram {
    uint32_t magic, cookie, secret;
    uint16_t version, flags;
    uint32_t source, destination;
    uint16_t source_port, destination_port;
    char ident[32];
    uint8_t mac[6];
} __attribute__((packed));

static bool is_query(const struct datagram *datagram, size_t length)
{
    return length == sizeof *datagram && datagram->magic == htonl(MAGIC) && datagram->version == htons(VERSION) &&
           datagram->flags == htons(QUERY);
}

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

// Opens the socket. The arguments of the program are its address and port.
static int open_responder(int count, char **words)
{
    if (count != 3) {
        fprintf(stderr, "usage: %s ADDRESS PORT\n", words[0]);
        exit(2);
    }

    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2])), .sin_addr.s_addr = inet_addr(words[1])};
    int room = 1 << 20;
    int responder = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(responder, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    if (bind(responder, (struct sockaddr *)&local, sizeof local) != 0)
        fail("bind");

    return responder;
}

// Writes the line that the benchmark waits for.
static void write_ready(void)
{
    puts("Listening on UDP");
    fflush(stdout);
}

#endif
