// The usual program in C: a loop that receives a query, asks libnetfilter_conntrack, and sends the reply.
#include "helper.h"

#include <libnetfilter_conntrack/libnetfilter_conntrack.h>

// Writes the entry into the reply. The library calls this function only if an entry exists.
static int take(enum nf_conntrack_msg_type type, struct nf_conntrack *entry, void *data)
{
    struct datagram *reply = data;
    (void)type;
    reply->flags = htons(FOUND);
    reply->source = nfct_get_attr_u32(entry, ATTR_ORIG_IPV4_SRC);
    reply->destination = nfct_get_attr_u32(entry, ATTR_ORIG_IPV4_DST);
    reply->source_port = nfct_get_attr_u16(entry, ATTR_ORIG_PORT_SRC);
    reply->destination_port = nfct_get_attr_u16(entry, ATTR_ORIG_PORT_DST);
    return NFCT_CB_CONTINUE;
}

// The reply tuple leads from the destination of the query to its source. The library can only ask for an original tuple, but
// the kernel looks up the tuple in both directions.
static void look_up(struct nfct_handle *conntrack, struct datagram *datagram)
{
    struct nf_conntrack *asked = nfct_new();
    if (!asked)
        fail("nfct_new");

    nfct_set_attr_u8(asked, ATTR_L3PROTO, AF_INET);
    nfct_set_attr_u8(asked, ATTR_L4PROTO, IPPROTO_TCP);
    nfct_set_attr_u32(asked, ATTR_IPV4_SRC, datagram->destination);
    nfct_set_attr_u32(asked, ATTR_IPV4_DST, datagram->source);
    nfct_set_attr_u16(asked, ATTR_PORT_SRC, datagram->destination_port);
    nfct_set_attr_u16(asked, ATTR_PORT_DST, datagram->source_port);
    datagram->flags = htons(NOT_FOUND);
    nfct_query(conntrack, NFCT_Q_GET, asked); // fails if no such entry exists; then the library does not call take()
    nfct_destroy(asked);
}

int main(int count, char **words)
{
    struct datagram datagram;
    int responder = open_responder(count, words);
    struct nfct_handle *conntrack = nfct_open(CONNTRACK, 0);
    if (!conntrack)
        fail("nfct_open");

    nfct_callback_register(conntrack, NFCT_T_ALL, take, &datagram);
    write_ready();
    for (;;) {
        struct sockaddr_in sender;
        socklen_t length = sizeof sender;
        ssize_t size = recvfrom(responder, &datagram, sizeof datagram, 0, (struct sockaddr *)&sender, &length);
        if (size > 0 && is_query(&datagram, size)) {
            look_up(conntrack, &datagram);
            sendto(responder, &datagram, sizeof datagram, 0, (struct sockaddr *)&sender, length);
        }
    }
}
