namespace ProxyHelper.Tests.Netlink;

/// <summary>The answer of Linux 6.18 to a GET for the documented connection, on a little-endian host.</summary>
internal static class KernelAnswer
{
    /// <summary>The answer, 240 bytes.</summary>
    public static byte[] Found { get; } = Bytes.Of("""
        F0000000 0001 0200 01000000 00000000        # nlmsghdr: 240 bytes, IPCTNL_MSG_CT_NEW, NLM_F_MULTI, sequence 1
        02 00 0000                                  # nfgenmsg: AF_INET
        3400 0180                                   # CTA_TUPLE_ORIG, nested
          1400 0180                                 #   CTA_TUPLE_IP
            0800 0100 0A010101                      #     from 10.1.1.1
            0800 0200 04010101                      #     to 4.1.1.1
          1C00 0280                                 #   CTA_TUPLE_PROTO
            0500 0100 06 000000                     #     TCP, one byte and three of padding
            0600 0200 2ABF 0000                     #     port 10943
            0600 0300 0019 0000                     #     port 25
        3400 0280                                   # CTA_TUPLE_REPLY
          1400 0180 08000100 C2001609 08000200 C2000101
          1C00 0280 05000100 06000000 06000200 23EF0000 06000300 4E970000
        0800 0300 0000000E                          # CTA_STATUS: SEEN_REPLY, ASSURED, CONFIRMED
        0800 0800 00000000                          # CTA_MARK
        0800 0C00 E0115767                          # CTA_ID
        0800 0B00 00000002                          # CTA_USE
        0800 0700 0000012B                          # CTA_TIMEOUT: 299 s
        3000 0480                                   # CTA_PROTOINFO
          2C00 0180                                 #   CTA_PROTOINFO_TCP
            0500 0100 03000000                      #     ESTABLISHED
            0500 0200 00000000 0500 0300 00000000   #     window scales
            0600 0400 00000000 0600 0500 00000000   #     flags
        1C00 1880                                   # CTA_SYNPROXY
          0800 0100 00000000 0800 0200 00000000 0800 0300 00000000
        """);
}
