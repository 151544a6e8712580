using ProxyHelper.Conntrack;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Conntrack.Wire;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>
/// Tests messages of the kernel that cannot be decoded. They are counted and left out, and all other entries are there.
/// </summary>
public sealed class UndecodableMessageTests
{
    private const ushort EntryMessage = 0x100; // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_NEW
    private const ushort MultiFlag = 2; // NLM_F_MULTI
    private const ushort CreateFlag = 0x400; // NLM_F_CREATE

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    /// <summary>Entries of the real kernel, each changed so that it cannot be decoded.</summary>
    public static TheoryData<string, byte[]> Broken => new()
    {
        { "cut", Good("icmp-source-nat")[..40] },
        { "no attribute", [2, 0, 0, 0] },
        { "no header", [2] },
        { "only one direction", Good("tcp-source-and-destination-nat")[..56] },
        { "address of three bytes", Changed(Good("tcp-source-and-destination-nat"), place: 12, value: 7) },
        { "attribute longer than the message", Changed(Good("udp-ipv6-zone-and-mark"), place: 5, value: 0xff) },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_listing_leaves_the_message_out_and_counts_it(string what, byte[] broken) => NetworkNamespace.Run(() =>
    {
        Assert.NotEmpty(what);
        byte[][] payloads = [Good("icmp-source-nat"), broken, Good("udp-ipv6-zone-and-mark"), broken];
        using var kernel = new Answers([.. payloads.SelectMany(EntryOf), .. Message(3, MultiFlag, new byte[4])]);
        ConntrackListing listing = new(
            ConntrackFilter.Everything, progress: null, TestContext.Current.CancellationToken, kernel.Open);
        Assert.Equal(["Icmp", "Udp"], listing.Select(entry => entry.Protocol.ToString()));
        Assert.Equal(2, listing.Undecodable);
    });

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_watch_leaves_the_event_out_and_counts_it(string what, byte[] broken) => NetworkNamespace.Run(() =>
    {
        Assert.NotEmpty(what);
        CancellationToken token = TestContext.Current.CancellationToken;
        List<NetlinkSocket> opened = [];
        using ConntrackWatch watch = ConntrackWatch.Open(
            ConntrackFilter.Everything, ConntrackWatch.DefaultReceiveBuffer, TimeSpan.FromDays(1), Remember);
        Assert.Equal(WatchOutcome.TimedOut, watch.Next(TimeSpan.Zero, token, out _));
        using var kernel = StagedKernel.Behind(opened[0].Handle);
        kernel.Answer(Message(EntryMessage, CreateFlag, broken));
        kernel.Answer(Message(EntryMessage, CreateFlag, Good("icmp-source-nat")));
        Assert.Equal(WatchOutcome.Changed, watch.Next(_patience, token, out ConntrackChange? change));
        Assert.Equal((ConntrackChangeKind.New, "10.1.1.1:77"), (change!.Change, change.OriginalSource.ToString()));
        Assert.Equal(1, watch.Undecodable);

        NetlinkSocket Remember(int protocol, int receiveBuffer)
        {
            opened.Add(NetlinkSocket.Open(protocol, receiveBuffer));
            return opened[^1];
        }
    });

    [Fact]
    public void Random_and_truncated_messages_end_neither_a_listing_nor_lose_its_other_entries() =>
        NetworkNamespace.Run(() =>
        {
            var random = new Random(14);
            for (int round = 0; round < 300; round++)
            {
                byte[] noise = Good(Capture.Names[random.Next(3)]);
                noise = noise[..random.Next(noise.Length + 1)];
                for (int changes = random.Next(6); changes > 0 && noise.Length > 0; changes--)
                {
                    noise[random.Next(noise.Length)] = (byte)random.Next(256);
                }

                byte[][] payloads = [noise, Good("icmp-source-nat"), noise];
                using var kernel = new Answers(
                    [.. payloads.SelectMany(EntryOf), .. Message(3, MultiFlag, new byte[4])]);
                ConntrackListing listing = new(
                    ConntrackFilter.Everything, progress: null, TestContext.Current.CancellationToken, kernel.Open);
                int listed = listing.Count();
                Assert.Equal(3, listed + listing.Undecodable);
                Assert.InRange(listed, 1, 3);
            }
        });

    private static byte[] Good(string name) => Capture.Read(name);

    private static byte[] Changed(byte[] bytes, int place, byte value)
    {
        bytes[place] = value;
        return bytes;
    }

    private static byte[] EntryOf(byte[] payload) => Message(EntryMessage, MultiFlag, payload);

    /// <summary>Returns a message with sequence number 1, padded to four bytes.</summary>
    private static byte[] Message(ushort type, ushort flags, byte[] payload)
    {
        byte[] message = new byte[(NetlinkMessage.HeaderSize + payload.Length + 3) & ~3];
        BitConverter.TryWriteBytes(message, NetlinkMessage.HeaderSize + payload.Length);
        BitConverter.TryWriteBytes(message.AsSpan(4), type);
        BitConverter.TryWriteBytes(message.AsSpan(6), flags);
        BitConverter.TryWriteBytes(message.AsSpan(8), 1);
        payload.CopyTo(message, NetlinkMessage.HeaderSize);
        return message;
    }

    /// <summary>Opens a socket on which an answer already waits.</summary>
    private sealed class Answers(byte[] datagram) : IDisposable
    {
        private StagedKernel? _kernel;

        public NetlinkSocket Open(int protocol, int receiveBuffer)
        {
            NetlinkSocket socket = NetlinkSocket.Open(protocol, receiveBuffer);
            _kernel = StagedKernel.Behind(socket.Handle);
            _kernel.Answer(datagram);
            return socket;
        }

        public void Dispose() => _kernel?.Dispose();
    }
}
