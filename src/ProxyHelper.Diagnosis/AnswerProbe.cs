using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Client;

namespace ProxyHelper.Diagnosis;

/// <summary>What a helper says to a query about a connection that there is not, and what else tells why it is silent.</summary>
/// <param name="Answer">What it says.</param>
/// <param name="AnswersWithoutSecret">Whether it answers a query without a secret, where it was silent to one with.</param>
/// <param name="CountedWrongSecret">Whether it counted the query's secret as a wrong one; null where that cannot be seen.</param>
internal sealed record AnswerProbe(HelperAnswer Answer, bool AnswersWithoutSecret, bool? CountedWrongSecret)
{
    private const ushort UnusedPort = 1; // tcpmux: no NAT gives it to a connection
    private const int Sends = 2;

    /// <summary>Asks the helper.</summary>
    /// <exception cref="SocketException">No socket can be had.</exception>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public static AnswerProbe Ask(IPEndPoint helper, TransportEndPoint? proxy, uint secret, InspectionOptions options, CancellationToken cancellationToken)
    {
        long refused = options.WrongSecrets?.Invoke() ?? 0;
        HelperRequest request = new()
        {
            Helper = helper,
            Source = new TransportEndPoint(helper.Address, UnusedPort),
            Destination = proxy ?? new TransportEndPoint(AddressTowards(helper), UnusedPort),
            Secret = secret,
            Sends = Sends,
            Timeout = options.Timeout,
        };
        HelperAnswer answer = Ask(request, cancellationToken);
        bool isSilent = answer.Outcome == HelperOutcome.TimedOut;
        bool? isWrong = isSilent && options.WrongSecrets is { } count ? count() > refused : null;
        bool answersWithout = isSilent && secret != 0 && Ask(request with { Secret = 0, Sends = 1 }, cancellationToken).Outcome is HelperOutcome.Found or HelperOutcome.NotFound;
        return new AnswerProbe(answer, answersWithout, isWrong);
    }

    private static HelperAnswer Ask(HelperRequest request, CancellationToken cancellationToken) => HelperClient.AskAsync(request, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The address that this host has on the way there. Nothing is sent for that.</summary>
    private static IPAddress AddressTowards(IPEndPoint helper)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(helper);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return IPAddress.Loopback; // no way there: the query will say so
        }
    }
}
