using System.Net;
using ProxyHelper.TestSupport;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>
/// Makes random connections from few values, so that each value appears often: protocols, families, types of NAT,
/// marks, zones, states and status bits. The same seed gives the same connections.
/// </summary>
internal static class RandomTable
{
    private const int SeenReply = 2, Assured = 4; // IPS_SEEN_REPLY, IPS_ASSURED

    private static readonly byte[] _protocols = [6, 6, 6, 17, 17, 132, 136, 47, 1, 50];
    private static readonly ushort[] _zones = [0, 0, 0, 7, 8];
    private static readonly uint?[] _marks = [null, null, 1, 0x10, 0x1f0, 0xffffffff];
    private static readonly int[] _ports = [25, 53, 80, 9199, 20119];

    /// <summary>Makes a number of connections.</summary>
    public static ConntrackFlow[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(number => Draw(random, number))];
    }

    private static ConntrackFlow Draw(Random random, int number)
    {
        bool isVersion6 = random.Next(3) == 0;
        byte protocol = _protocols[random.Next(_protocols.Length)];
        protocol = protocol == 1 && isVersion6 ? (byte)58 : protocol;
        // No other connection has this port.
        IPEndPoint source = End(isVersion6, network: 1, random.Next(40), 1024 + number);
        IPEndPoint destination = End(isVersion6, network: 2, random.Next(8), _ports[random.Next(_ports.Length)]);
        int nat = random.Next(4);
        bool hasPorts = protocol is not (1 or 58 or 50);
        if (!hasPorts)
        {
            source = End(isVersion6, network: 3, number, 0); // without ports, no other connection has this address
        }

        IPEndPoint replySource = (nat & 2) == 0
            ? destination
            : End(isVersion6, network: 4, random.Next(3), hasPorts ? 9199 : 0);
        IPEndPoint replyDestination = (nat & 1) == 0
            ? source
            : End(isVersion6, network: 5, hasPorts ? random.Next(3) : number, source.Port);
        return new ConntrackFlow(protocol, source, destination, replySource, replyDestination)
        {
            Zone = _zones[random.Next(_zones.Length)],
            Mark = _marks[random.Next(_marks.Length)],
            TcpState = protocol == 6 ? (byte)random.Next(1, 10) : null,
            SctpState = protocol == 132 ? (byte)random.Next(1, 9) : null,
            Status = random.Next(3) switch { 1 => SeenReply, 2 => SeenReply | Assured, _ => null },
            TimeoutSeconds = (uint)random.Next(1000, 100_000),
            EchoId = (ushort)number,
            ReplyEchoId = (nat & 1) == 0 ? null : (ushort)(60_000 - number),
        };
    }

    private static IPEndPoint End(bool isVersion6, int network, int host, int port) =>
        new(
            IPAddress.Parse(
                isVersion6 ? $"2001:db8:{network}::{host + 1:x}" : $"10.{network}.{host >> 8}.{host & 255}"),
            port);
}
