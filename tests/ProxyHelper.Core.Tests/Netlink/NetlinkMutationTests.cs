using ProxyHelper.Netlink;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

/// <summary>Real messages, broken at random (always the same way): nothing throws, nothing loops, nothing is read outside.</summary>
public sealed class NetlinkMutationTests
{
    private const int Rounds = 300_000;
    private const int Margin = 64;

    private static readonly byte[] _seed =
    [
        .. KernelAnswer.Found,
        // an error with words
        .. Bytes.Of("2C000000 0200 0003 07000000 00000000 EAFFFFFF 14000000 0101 0100 07000000 00000000 0800 0100 6E6F2100"),

        // the end of a dump
        .. Bytes.Of("14000000 0300 0200 08000000 00000000 00000000"),
    ];

    [Fact]
    public void The_walk_over_broken_messages_ends_inside_them_and_depends_on_them_alone()
    {
        var random = new Random(114);
        byte[] among0 = new byte[Margin + _seed.Length + Margin];
        byte[] amongF = new byte[Margin + _seed.Length + Margin];
        int faults = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] mutant = Mutate(random);
            HashCode first = Walk(Embed(mutant, among0, 0x00), ref faults);
            HashCode second = Walk(Embed(mutant, amongF, 0xFF), ref faults);
            Assert.True(
                first.ToHashCode() == second.ToHashCode(),
                $"round {round} read bytes that are not its own: {Convert.ToHexString(mutant)}");
        }

        Assert.InRange(faults, Rounds / 10, int.MaxValue); // else the mutations would not try anything
    }

    private static byte[] Mutate(Random random)
    {
        byte[] mutant = _seed[..(random.Next(4) == 0 ? random.Next(_seed.Length + 1) : _seed.Length)];
        for (int changes = random.Next(1, 6); changes > 0 && mutant.Length > 0; changes--)
        {
            int place = random.Next(mutant.Length);
            switch (random.Next(4))
            {
                case 0:
                    mutant[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    mutant[place] = (byte)random.Next(256);
                    break;
                case 2: // lengths stand at multiples of four
                    BitConverter.TryWriteBytes(mutant.AsSpan(place & ~3), (ushort)random.Next(16));
                    break;
                default:
                    BitConverter.TryWriteBytes(mutant.AsSpan(place & ~3), uint.MaxValue - (uint)random.Next(8));
                    break;
            }
        }

        return mutant;
    }

    private static Span<byte> Embed(byte[] mutant, byte[] surroundings, byte filling)
    {
        surroundings.AsSpan().Fill(filling);
        mutant.CopyTo(surroundings, Margin);
        return surroundings.AsSpan(Margin, mutant.Length);
    }

    private static HashCode Walk(ReadOnlySpan<byte> datagram, ref int faults)
    {
        var hash = default(HashCode);
        int steps = 0;
        var messages = new NetlinkMessageReader(datagram);
        while (messages.MoveNext())
        {
            Assert.True(++steps <= datagram.Length / NetlinkMessage.HeaderSize, "more messages than there is room for");
            NetlinkMessage message = messages.Current;
            hash.Add((message.Type, message.Flags, message.Sequence));
            NetlinkError error = NetlinkError.Read(message);
            hash.Add((error.Errno, error.Words));
            WalkAttributes(new NetlinkAttributes(message.Payload.Length < 4 ? default : message.Payload[4..]), ref hash, depth: 0);
        }

        hash.Add(messages.IsFaulted);
        faults += messages.IsFaulted ? 1 : 0;
        return hash;
    }

    private static void WalkAttributes(NetlinkAttributes attributes, ref HashCode hash, int depth)
    {
        while (attributes.MoveNext())
        {
            hash.Add(attributes.Type);
            hash.AddBytes(attributes.Bytes);
            if (depth < 4)
            {
                WalkAttributes(attributes.Children, ref hash, depth + 1);
            }
        }

        hash.Add(attributes.IsFaulted);
    }
}
