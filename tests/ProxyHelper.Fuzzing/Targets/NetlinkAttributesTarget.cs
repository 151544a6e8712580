using ProxyHelper.Netlink;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads attributes and all nested attributes, each as a value of every size.</summary>
internal sealed class NetlinkAttributesTarget : IFuzzTarget
{
    private const int HeaderSize = 4;
    private const int MaxType = 0x3fff; // NLA_TYPE_MASK
    private const int MaxDepth = 8; // the kernel uses four levels; the recursion must end before the stack does

    private delegate ulong Read(ref NetlinkAttributes attributes);

    /// <inheritdoc/>
    public string Name => "netlink-attributes";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input) => Walk(new NetlinkAttributes(input), input, depth: 0);

    private static void Walk(NetlinkAttributes attributes, ReadOnlySpan<byte> bytes, int depth)
    {
        int end = 0;
        while (attributes.MoveNext())
        {
            ReadOnlySpan<byte> value = attributes.Bytes;
            Invariant.Holds(attributes.Type <= MaxType, "a type has no flags");
            Invariant.Holds(
                value == bytes.Slice(end + HeaderSize, value.Length), "a value is the bytes after its header");
            CheckValues(attributes);
            if (depth < MaxDepth)
            {
                Walk(attributes.Children, value, depth + 1);
            }

            end = Math.Min(end + HeaderSize + NetlinkAlignment.Align(value.Length), bytes.Length);
        }

        Invariant.Holds(
            attributes.IsFaulted == end < bytes.Length,
            "only a reader without a fault reaches the end");
        Invariant.Holds(!attributes.MoveNext(), "after the end there is no more");
    }

    private static void CheckValues(NetlinkAttributes attributes)
    {
        CheckValue(attributes, sizeof(byte), static (ref attributes) => attributes.ReadByte());
        CheckValue(attributes, sizeof(ushort), static (ref attributes) => attributes.ReadUInt16());
        CheckValue(attributes, sizeof(uint), static (ref attributes) => attributes.ReadUInt32());
        CheckValue(attributes, sizeof(ulong), static (ref attributes) => attributes.ReadUInt64());
        CheckValue(attributes, 3, static (ref attributes) => Number(attributes.ReadBytes(3)));
    }

    /// <summary>Reads the attribute with a copy of the reader, so that the reader can continue.</summary>
    private static void CheckValue(NetlinkAttributes attributes, int size, Read read)
    {
        bool fits = attributes.Bytes.Length == size;
        ulong expected = fits ? Number(attributes.Bytes) : 0;
        Invariant.Holds(
            read(ref attributes) == expected, "a value is its bytes in network byte order, or 0 if its size differs");
        Invariant.Holds(attributes.IsFaulted != fits, "a value of another size is a fault");
        Invariant.Holds(fits || !attributes.MoveNext(), "after a fault there are no attributes");
        Invariant.Holds(fits || read(ref attributes) == 0, "after a fault values read as 0");
    }

    private static ulong Number(ReadOnlySpan<byte> bytes)
    {
        ulong number = 0;
        foreach (byte value in bytes)
        {
            number = (number << 8) | value;
        }

        return number;
    }
}
