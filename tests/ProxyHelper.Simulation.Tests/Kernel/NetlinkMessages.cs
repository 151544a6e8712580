using System.Buffers.Binary;

namespace ProxyHelper.Simulation.Kernel;

/// <summary>Reads requests and writes answers as the kernel does, without the code of the helper.</summary>
internal static class NetlinkMessages
{
    private const int HeaderSize = 16; // struct nlmsghdr
    private const int TupleOffset = HeaderSize + 4; // after struct nfgenmsg
    private const int TupleSize = 52;
    private const int ZoneSize = 8; // of CTA_TUPLE_ZONE

    /// <summary>Returns the messages of a send.</summary>
    public static List<byte[]> Split(ReadOnlySpan<byte> bytes)
    {
        var messages = new List<byte[]>();
        while (!bytes.IsEmpty)
        {
            int length = BitConverter.ToInt32(bytes);
            Violation.If(length < HeaderSize || length > bytes.Length, "a request has a wrong length");
            messages.Add(bytes[..length].ToArray());
            bytes = bytes[length..];
        }

        return messages;
    }

    /// <summary>Returns the sequence number of a message.</summary>
    public static uint SequenceOf(byte[] message) => BitConverter.ToUInt32(message, 8);

    /// <summary>Returns the tuple of a look-up: source, then destination.</summary>
    public static (Peer Source, Peer Destination) TupleOf(byte[] request)
    {
        ReadOnlySpan<byte> tuple = request.AsSpan(TupleOffset);
        Violation.If(
            BitConverter.ToUInt16(request, 4) != 0x101 || tuple.Length is not (TupleSize or TupleSize + ZoneSize),
            "a request is no look-up");
        return (End(tuple, 12, 40), End(tuple, 20, 48));
    }

    /// <summary>Returns whether a look-up sets the zone of the original direction: it looks for replies only.</summary>
    public static bool IsForReply(byte[] request) =>
        request.Length == TupleOffset + TupleSize + ZoneSize && request[TupleOffset + 2] == 1; // CTA_TUPLE_ORIG

    /// <summary>Returns NLMSG_ERROR for a request.</summary>
    public static byte[] Error(byte[] request, int errno)
    {
        byte[] message = new byte[36];
        WriteHeader(message, type: 2, flags: 0x100, SequenceOf(request)); // NLM_F_CAPPED
        BitConverter.TryWriteBytes(message.AsSpan(HeaderSize), -errno);
        request.AsSpan(0, HeaderSize).CopyTo(message.AsSpan(20));
        return message;
    }

    /// <summary>Returns the entry that answers a request.</summary>
    /// <param name="sequence">The sequence number of the request.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="chance">Decides which other attributes the answer has, and their order.</param>
    /// <param name="padding">The size of an unknown attribute, which no helper knows.</param>
    public static byte[] Found(uint sequence, TableEntry entry, Chance chance, int padding = 0)
    {
        byte[][] attributes =
        [
            Tuple(1, entry.Source, entry.Destination, entry.Zone), // CTA_TUPLE_ORIG
            Tuple(2, entry.ReplySource, entry.ReplyDestination, entry.ReplyZone), // CTA_TUPLE_REPLY
            Attribute(3, [0, 0, 1, 0x8e]), // CTA_STATUS
            Attribute(12, [1, 2, 3, 4]), // CTA_ID
            Attribute(0x3f, new byte[padding]),
        ];
        if (chance.OnceIn(4))
        {
            chance.Shuffle(attributes.AsSpan());
        }

        byte[] message = [.. new byte[HeaderSize], 2, 0, 0, 0, .. attributes.SelectMany(bytes => bytes)];
        WriteHeader(message, type: 0x100, flags: 2, sequence); // IPCTNL_MSG_CT_NEW, NLM_F_MULTI
        return message;
    }

    /// <summary>Returns the list of the addresses of this host and of when each was added, with its end.</summary>
    public static byte[] Addresses(uint sequence, IReadOnlyDictionary<uint, uint> addresses)
    {
        var list = new List<byte>();
        foreach ((uint address, uint createdAt) in addresses)
        {
            byte[] times = [.. new byte[8], .. BitConverter.GetBytes(createdAt), .. new byte[4]];
            byte[] value = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(value, address);
            byte[] message =
            [
                .. new byte[HeaderSize], 2, 24, 0, 0, 1, 0, 0, 0,
                .. Attribute(2, value), // IFA_LOCAL
                .. Attribute(6, times), // IFA_CACHEINFO
            ];
            WriteHeader(message, type: 20, flags: 2, sequence); // RTM_NEWADDR
            list.AddRange(message);
        }

        byte[] end = new byte[HeaderSize + 4];
        WriteHeader(end, type: 3, flags: 2, sequence); // NLMSG_DONE
        return [.. list, .. end];
    }

    private static byte[] Tuple(ushort type, Peer source, Peer destination, ushort zone)
    {
        byte[] tuple = new byte[TupleSize + (zone == 0 ? 0 : ZoneSize)];
        WriteAttribute(tuple, (ushort)tuple.Length, (ushort)(type | 0x8000));
        WriteAttribute(tuple.AsSpan(4), 20, 0x8001); // CTA_TUPLE_IP
        WriteAttribute(tuple.AsSpan(8), 8, 1);
        BinaryPrimitives.WriteUInt32BigEndian(tuple.AsSpan(12), source.Address);
        WriteAttribute(tuple.AsSpan(16), 8, 2);
        BinaryPrimitives.WriteUInt32BigEndian(tuple.AsSpan(20), destination.Address);
        WriteAttribute(tuple.AsSpan(24), 28, 0x8002); // CTA_TUPLE_PROTO
        WriteAttribute(tuple.AsSpan(28), 5, 1);
        tuple[32] = 6; // IPPROTO_TCP
        WriteAttribute(tuple.AsSpan(36), 6, 2);
        BinaryPrimitives.WriteUInt16BigEndian(tuple.AsSpan(40), source.Port);
        WriteAttribute(tuple.AsSpan(44), 6, 3);
        BinaryPrimitives.WriteUInt16BigEndian(tuple.AsSpan(48), destination.Port);
        if (zone != 0)
        {
            WriteAttribute(tuple.AsSpan(TupleSize), 6, 3); // CTA_TUPLE_ZONE
            BinaryPrimitives.WriteUInt16BigEndian(tuple.AsSpan(TupleSize + 4), zone);
        }

        return tuple;
    }

    private static byte[] Attribute(ushort type, byte[] value)
    {
        byte[] attribute = new byte[4 + value.Length];
        WriteAttribute(attribute, (ushort)attribute.Length, type);
        value.CopyTo(attribute, 4);
        return attribute;
    }

    private static void WriteAttribute(Span<byte> bytes, ushort length, ushort type)
    {
        BitConverter.TryWriteBytes(bytes, length);
        BitConverter.TryWriteBytes(bytes[2..], type);
    }

    private static void WriteHeader(byte[] message, ushort type, ushort flags, uint sequence)
    {
        BitConverter.TryWriteBytes(message, message.Length);
        BitConverter.TryWriteBytes(message.AsSpan(4), type);
        BitConverter.TryWriteBytes(message.AsSpan(6), flags);
        BitConverter.TryWriteBytes(message.AsSpan(8), sequence);
    }

    private static Peer End(ReadOnlySpan<byte> tuple, int address, int port) => new(
        BinaryPrimitives.ReadUInt32BigEndian(tuple[address..]), BinaryPrimitives.ReadUInt16BigEndian(tuple[port..]));
}
