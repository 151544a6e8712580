using System.Buffers.Binary;
using System.Net;

namespace ProxyHelper.Benchmarks;

/// <summary>
/// A user's connection through the router's NAT, made of its number alone, so that millions need not be remembered. Addresses are
/// numbers whose bytes are big-endian.
/// </summary>
internal readonly record struct RouterFlow(int Number)
{
    /// <summary>The largest number of flows, which fits into a router of 100 addresses.</summary>
    public const int Most = 100 * PortsPerAddress;

    /// <summary>194.0.22.9, where the proxy accepts what was on its way to the mail server.</summary>
    public const uint ProxyAddress = 0xC200_1609;

    /// <summary>The proxy's port.</summary>
    public const ushort ProxyPort = 9199;

    /// <summary>4.1.1.1, where the user wanted to go.</summary>
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

    /// <summary>The user's address; each flow is another user's.</summary>
    public uint UserAddress => FirstUserAddress + (uint)Number;

    /// <summary>The user's port.</summary>
    public ushort UserPort => (ushort)(FirstUserPort + (Number % UserPorts));

    /// <summary>The router's address that the proxy sees.</summary>
    public uint RouterAddress => FirstRouterAddress + (uint)(Number / PortsPerAddress);

    /// <summary>The router's port that the proxy sees.</summary>
    public ushort RouterPort => (ushort)(FirstRouterPort + (Number % PortsPerAddress));

    /// <summary>The addresses of a router that has so many flows, and the proxy's.</summary>
    public static IEnumerable<string> LocalAddresses(int flows) =>
        Enumerable.Range(0, 1 + ((flows - 1) / PortsPerAddress))
            .Select(i => EndPoint(FirstRouterAddress + (uint)i, 0).Address.ToString())
            .Prepend(EndPoint(ProxyAddress, 0).Address.ToString());

    /// <summary>The entry that the kernel has of it.</summary>
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

    private static IPEndPoint EndPoint(uint address, ushort port) => new(BinaryPrimitives.ReverseEndianness(address), port);
}
