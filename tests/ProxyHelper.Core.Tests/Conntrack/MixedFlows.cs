using System.Net;
using ProxyHelper.TestSupport;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>
/// Makes flows with random protocols, families, types of NAT, marks, zones, states and status bits. The flows are the
/// same in each run.
/// </summary>
internal static class MixedFlows
{
    private const int Seed = 114;
    private const int SeenReply = 2, Assured = 4; // IPS_SEEN_REPLY, IPS_ASSURED
    private const byte Tcp = 6, Sctp = 132;

    // UDP, SCTP, ICMP, UDP-Lite, GRE, ESP, and a raw packet without a protocol number.
    private static readonly byte[] _protocols = [Tcp, Tcp, Tcp, 17, Sctp, 1, 136, 47, 50, 0];

    /// <summary>Makes a number of flows.</summary>
    public static ConntrackFlow[] Make(int count)
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, count).Select(number => Make(number, random))];
    }

    private static ConntrackFlow Make(int number, Random random)
    {
        bool isVersion6 = random.Next(2) == 0;
        bool hasSourceNat = random.Next(2) == 0;
        bool hasDestinationNat = random.Next(2) == 0;
        byte protocol = _protocols[random.Next(_protocols.Length)];
        if (protocol == 1 && isVersion6)
        {
            protocol = 58; // ICMPv6
        }

        string Address(int network) => isVersion6
            ? $"2001:db8:{network}::{number + 1:x}"
            : $"10.{network}.{number >> 8}.{number & 255}";
        IPEndPoint End(int network) => new(IPAddress.Parse(Address(network)), random.Next(1, 65536));
        IPEndPoint source = End(1), destination = End(2);
        ushort zone = random.Next(3) == 0 ? (ushort)random.Next(65536) : (ushort)0;
        int zoneKind = random.Next(3);
        return new ConntrackFlow(
            protocol, source, destination, hasDestinationNat ? End(4) : destination, hasSourceNat ? End(3) : source)
        {
            Zone = zoneKind == 0 ? zone : (ushort)0,
            OriginalZone = zoneKind == 1 ? zone : (ushort)0,
            ReplyZone = zoneKind == 2 ? zone : (ushort)0,
            Mark = random.Next(3) == 0 ? (uint)random.NextInt64(1L << 32) : null,
            TcpState = protocol == Tcp ? (byte)random.Next(1, 10) : null,
            SctpState = protocol == Sctp ? (byte)random.Next(1, 9) : null,
            Status = random.Next(3) switch { 0 => SeenReply, 1 => SeenReply | Assured, _ => null },
            TimeoutSeconds = (uint)random.Next(1000, 1_000_000),
            EchoId = (ushort)random.Next(65536),
            ReplyEchoId = hasSourceNat ? (ushort)random.Next(65536) : null,
        };
    }
}
