using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Client;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Represents the answer of a helper to a query about a connection that does not exist, with the signs that explain a
/// silence.
/// </summary>
/// <param name="Answer">The answer.</param>
/// <param name="AnswersWithoutSecret">
/// Whether the helper answers a query without a secret, but not one with a secret.
/// </param>
/// <param name="CountedWrongSecret">
/// Whether the helper counted the secret as wrong. Null if its counters are not known.
/// </param>
internal sealed record AnswerProbe(HelperAnswer Answer, bool AnswersWithoutSecret, bool? CountedWrongSecret)
{
    private const ushort UnusedPort = 1; // tcpmux: no NAT gives this port to a connection
    private const int Sends = 2;

    /// <summary>Sends the query, and waits for the answer.</summary>
    /// <exception cref="SocketException">Thrown when a socket could not be opened.</exception>
    /// <exception cref="OperationCanceledException">Thrown when the caller canceled the query.</exception>
    public static AnswerProbe Ask(
        IPEndPoint helper,
        TransportEndPoint? proxy,
        uint secret,
        InspectionOptions options,
        CancellationToken cancellationToken)
    {
        long wrongBefore = options.WrongSecrets?.Invoke() ?? 0;
        HelperRequest request = new()
        {
            Helper = helper,
            Source = new TransportEndPoint(helper.Address, UnusedPort),
            Destination = proxy ?? new TransportEndPoint(LocalAddressTowards(helper), UnusedPort),
            Secret = secret,
            Sends = Sends,
            Timeout = options.Timeout,
        };
        HelperAnswer answer = Ask(request, cancellationToken);
        bool isSilent = answer.Outcome == HelperOutcome.TimedOut;
        bool? isWrong = isSilent && options.WrongSecrets is { } count ? count() > wrongBefore : null;
        bool answersWithout = isSilent && secret != 0
            && IsAnswered(request with { Secret = 0, Sends = 1 }, cancellationToken);
        return new AnswerProbe(answer, answersWithout, isWrong);
    }

    private static bool IsAnswered(HelperRequest request, CancellationToken cancellationToken) =>
        Ask(request, cancellationToken).Outcome is HelperOutcome.Found or HelperOutcome.NotFound;

    private static HelperAnswer Ask(HelperRequest request, CancellationToken cancellationToken) =>
        HelperClient.AskAsync(request, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Returns the address of this host on the route to the helper. The method sends no packet.</summary>
    private static IPAddress LocalAddressTowards(IPEndPoint helper)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(helper);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return IPAddress.Loopback; // There is no route, and the outcome of the query says so.
        }
    }
}

/// <summary>Represents the addresses and the UDP port that a helper answers on, as far as they are known.</summary>
/// <param name="Addresses">The IPv4 addresses. The list is empty if they are not known.</param>
/// <param name="Port">The port.</param>
internal sealed record HelperSockets(IReadOnlyList<IPAddress> Addresses, ushort Port)
{
    /// <summary>Gets the addresses, or an empty list if the helper may answer on any address of the host.</summary>
    public IReadOnlyList<IPv4Address> Known { get; } =
        Addresses.Contains(IPAddress.Any) ? [] : [.. Addresses.Select(IPv4Address.FromIPAddress)];

    /// <summary>Gets whether the helper starts although the host does not have all addresses yet.</summary>
    public bool AllowsAbsent { get; init; }

    /// <summary>Returns whether an end point can be one of the helper.</summary>
    public bool Contains(TransportEndPoint end) => end.Port == Port && ContainsAddressOf(end);

    private bool ContainsAddressOf(TransportEndPoint end) =>
        Known.Count == 0 || (end.TryGetIPv4(out IPv4Address address) && Known.Contains(address));
}
