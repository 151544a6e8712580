using System.Buffers.Binary;
using System.Net;

namespace ProxyHelper.Benchmarks;

/// <summary>
/// Represents a user's connection through the router's NAT. The number of the flow gives its ends, so that millions of
/// flows take no memory. Addresses are numbers with big-endian bytes.
/// </summary>
internal readonly record struct RouterFlow(int Number)
{
    /// <summary>The largest number of flows, for a router with 100 addresses.</summary>
    public const int Max = 100 * PortsPerAddress;

    /// <summary>194.0.22.9, the proxy's address.</summary>
    public const uint ProxyAddress = 0xC200_1609;

    /// <summary>The proxy's port.</summary>
    public const ushort ProxyPort = 9199;

    /// <summary>4.1.1.1, the mail server's address.</summary>
    public const uint ServerAddress = 0x0401_0101;

    /// <summary>The mail server's port.</summary>
    public const ushort ServerPort = 25;

    private const int PortsPerAddress = 50_000;
    private const int FirstRouterPort = 10_000;
    private const int FirstUserPort = 20_000;
    private const int UserPorts = 40_000;
    private const uint FirstRouterAddress = 0xC200_0101; // 194.0.1.1
    private const uint FirstUserAddress = 0x0A00_0001; // 10.0.0.1
    private const byte Tcp = 6, Established = 3, SeenReplyAndAssured = 6;

    /// <summary>Gets the address of the user. Each flow has another user.</summary>
    public uint UserAddress => FirstUserAddress + (uint)Number;

    /// <summary>Gets the port of the user.</summary>
    public ushort UserPort => (ushort)(FirstUserPort + (Number % UserPorts));

    /// <summary>Gets the translated source address.</summary>
    public uint RouterAddress => FirstRouterAddress + (uint)(Number / PortsPerAddress);

    /// <summary>Gets the translated source port.</summary>
    public ushort RouterPort => (ushort)(FirstRouterPort + (Number % PortsPerAddress));

    /// <summary>Returns the address of the proxy and the addresses of a router with a number of flows.</summary>
    public static IEnumerable<string> LocalAddresses(int flows) =>
        Enumerable.Range(0, 1 + ((flows - 1) / PortsPerAddress))
            .Select(i => EndPoint(FirstRouterAddress + (uint)i, 0).Address.ToString())
            .Prepend(EndPoint(ProxyAddress, 0).Address.ToString());

    /// <summary>Returns the conntrack entry of the flow.</summary>
    public ConntrackFlow ToEntry() => new(
        Tcp,
        EndPoint(UserAddress, UserPort),
        EndPoint(ServerAddress, ServerPort),
        EndPoint(ProxyAddress, ProxyPort),
        EndPoint(RouterAddress, RouterPort))
    {
        TcpState = Established,
        Status = SeenReplyAndAssured,
        TimeoutSeconds = 24 * 3600,
    };

    private static IPEndPoint EndPoint(uint address, ushort port) =>
        new(BinaryPrimitives.ReverseEndianness(address), port);
}
