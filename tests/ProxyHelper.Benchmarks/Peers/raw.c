// Measures the limit on one core: the time that the kernel needs for a query, with almost no other work. One recvmmsg
// receives up to 32 queries, one send asks conntrack about them, one recvmmsg receives the answers, and one sendmmsg sends
// the replies.
//
// The program is only for comparison. It answers every sender, answers an invalid query with "not found", writes no ident,
// and does not check the entry that the kernel returns.
#define _GNU_SOURCE
#include "helper.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>

enum { BATCH = 32, ANSWER_SIZE = 1024 };

struct address {
    struct nlattr header;
    uint32_t value;
};

struct port {
    struct nlattr header;
    uint16_t value, padding;
};

// A look-up by the reply tuple. Netlink aligns all parts to four bytes, so the compiler and the kernel have the same layout.
struct request {
    struct nlmsghdr header;
    struct nfgenmsg family;
    struct nlattr tuple;
    struct nlattr addresses;
    struct address source, destination;
    struct nlattr ends;
    struct {
        struct nlattr header;
        uint8_t value, padding[3];
    } protocol;
    struct port source_port, destination_port;
};

static struct datagram datagrams[BATCH];
static struct sockaddr_in senders[BATCH];
static struct iovec datagram_rooms[BATCH], answer_rooms[BATCH];
static struct mmsghdr messages[BATCH], answers[BATCH];
static struct request requests[BATCH];
static uint8_t answer_bytes[BATCH][ANSWER_SIZE];

static struct nlattr attribute(int type, size_t length)
{
    return (struct nlattr){.nla_len = length, .nla_type = type};
}

static void prepare_request(struct request *request, int number)
{
    size_t to_addresses = offsetof(struct request, addresses), to_ends = offsetof(struct request, ends);
    *request = (struct request){
        .header = {.nlmsg_len = sizeof *request, .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
                   .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = number},
        .family = {.nfgen_family = AF_INET},
        .tuple = attribute(CTA_TUPLE_REPLY | NLA_F_NESTED, sizeof *request - offsetof(struct request, tuple)),
        .addresses = attribute(CTA_TUPLE_IP | NLA_F_NESTED, to_ends - to_addresses),
        .source.header = attribute(CTA_IP_V4_SRC, NLA_HDRLEN + sizeof(uint32_t)),
        .destination.header = attribute(CTA_IP_V4_DST, NLA_HDRLEN + sizeof(uint32_t)),
        .ends = attribute(CTA_TUPLE_PROTO | NLA_F_NESTED, sizeof *request - to_ends),
        .protocol = {attribute(CTA_PROTO_NUM, NLA_HDRLEN + sizeof(uint8_t)), .value = IPPROTO_TCP},
        .source_port.header = attribute(CTA_PROTO_SRC_PORT, NLA_HDRLEN + sizeof(uint16_t)),
        .destination_port.header = attribute(CTA_PROTO_DST_PORT, NLA_HDRLEN + sizeof(uint16_t)),
    };
}

static void prepare(void)
{
    for (int i = 0; i < BATCH; i++) {
        prepare_request(&requests[i], i);
        datagram_rooms[i] = (struct iovec){&datagrams[i], sizeof datagrams[i]};
        answer_rooms[i] = (struct iovec){answer_bytes[i], ANSWER_SIZE};
        messages[i].msg_hdr = (struct msghdr){.msg_name = &senders[i], .msg_iov = &datagram_rooms[i], .msg_iovlen = 1};
        answers[i].msg_hdr = (struct msghdr){.msg_iov = &answer_rooms[i], .msg_iovlen = 1};
    }
}

static int open_conntrack(void)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    int yes = 1;
    int conntrack = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
    setsockopt(conntrack, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof yes);
    if (bind(conntrack, (struct sockaddr *)&kernel, sizeof kernel) != 0 ||
        connect(conntrack, (struct sockaddr *)&kernel, sizeof kernel) != 0)
        fail("netlink");

    return conntrack;
}

// Waits for a query, and receives all waiting queries up to a batch.
static int receive_queries(int responder)
{
    for (int i = 0; i < BATCH; i++)
        messages[i].msg_hdr.msg_namelen = sizeof senders[i];

    int count = recvmmsg(responder, messages, BATCH, MSG_WAITFORONE, NULL);
    return count < 0 ? 0 : count;
}

static void ask(int conntrack, int count)
{
    for (int i = 0; i < count; i++) {
        requests[i].source.value = datagrams[i].destination;
        requests[i].destination.value = datagrams[i].source;
        requests[i].source_port.value = datagrams[i].destination_port;
        requests[i].destination_port.value = datagrams[i].source_port;
        if (!is_query(&datagrams[i], messages[i].msg_len))
            requests[i].destination_port.value = 0; // no connection has this port

        datagrams[i].flags = htons(NOT_FOUND);
    }

    if (send(conntrack, requests, count * sizeof *requests, 0) < 0)
        fail("send to conntrack");
}

static const struct nlattr *find(const void *attributes, int length, int type)
{
    const uint8_t *at = attributes, *end = at + length;
    while (end - at >= NLA_HDRLEN) {
        const struct nlattr *here = (const struct nlattr *)at;
        if ((here->nla_type & NLA_TYPE_MASK) == type)
            return here;

        at += NLA_ALIGN(here->nla_len < NLA_HDRLEN ? NLA_HDRLEN : here->nla_len);
    }

    return NULL;
}

static const struct nlattr *find_in(const struct nlattr *parent, int type)
{
    return parent ? find(parent + 1, parent->nla_len - NLA_HDRLEN, type) : NULL;
}

static void copy_from(const struct nlattr *parent, int type, void *value, size_t size)
{
    const struct nlattr *child = find_in(parent, type);
    if (child)
        memcpy(value, child + 1, size);
}

static void reply_with(struct datagram *reply, const struct nlmsghdr *entry)
{
    const int before = NLMSG_HDRLEN + sizeof(struct nfgenmsg);
    const struct nlattr *original = find((const uint8_t *)entry + before, entry->nlmsg_len - before, CTA_TUPLE_ORIG);
    const struct nlattr *addresses = find_in(original, CTA_TUPLE_IP), *ends = find_in(original, CTA_TUPLE_PROTO);
    copy_from(addresses, CTA_IP_V4_SRC, &reply->source, sizeof reply->source);
    copy_from(addresses, CTA_IP_V4_DST, &reply->destination, sizeof reply->destination);
    copy_from(ends, CTA_PROTO_SRC_PORT, &reply->source_port, sizeof reply->source_port);
    copy_from(ends, CTA_PROTO_DST_PORT, &reply->destination_port, sizeof reply->destination_port);
    reply->flags = htons(FOUND);
}

// Each message answers the request with the same number: with an entry, or with an error if no entry exists.
static int read_answer(int slot)
{
    int count = 0, left = answers[slot].msg_len;
    for (struct nlmsghdr *answer = (void *)answer_bytes[slot]; NLMSG_OK(answer, left); answer = NLMSG_NEXT(answer, left)) {
        count++;
        if (answer->nlmsg_type != NLMSG_ERROR && answer->nlmsg_seq < BATCH)
            reply_with(&datagrams[answer->nlmsg_seq], answer);
    }

    return count;
}

static void collect(int conntrack, int count)
{
    for (int answered = 0; answered < count;) {
        int came = recvmmsg(conntrack, answers, count - answered, MSG_WAITFORONE, NULL);
        if (came < 0)
            fail("receive from conntrack");

        for (int slot = 0; slot < came; slot++)
            answered += read_answer(slot);
    }
}

static void reply(int responder, int count)
{
    for (int done = 0; done < count;) {
        int sent = sendmmsg(responder, messages + done, count - done, 0);
        done += sent > 0 ? sent : 1; // skips a reply that cannot be sent
    }
}

int main(int count, char **words)
{
    int responder = open_responder(count, words), conntrack = open_conntrack();
    prepare();
    write_ready();
    for (;;) {
        int queries = receive_queries(responder);
        if (queries > 0) {
            ask(conntrack, queries);
            collect(conntrack, queries);
            reply(responder, queries);
        }
    }
}
