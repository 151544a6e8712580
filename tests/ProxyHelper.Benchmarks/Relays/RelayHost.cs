using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Relay;

namespace ProxyHelper.Benchmarks.Relays;

/// <summary>
/// Runs a relay in this process that knows the original ends of every connection and asks no helper, to measure what
/// the queries cost. The packaged relay has no such option.
/// </summary>
internal static class RelayHost
{
    /// <summary>The word before the address to listen on and the target.</summary>
    public const string Command = "host";

    /// <summary>Relays until the process gets SIGTERM.</summary>
    /// <returns>True.</returns>
    public static bool Run(IPEndPoint listen, IPEndPoint target, CancellationToken stop)
    {
        var options = new RelayOptions
        {
            Listen = [listen],
            Target = RelayTarget.At(target),
            MaxConnections = RelayContender.MaxConnections,
            KnownEnds = (TransportEndPoint.Parse("10.1.1.1:10943"), TransportEndPoint.Parse("4.1.1.1:80")),
        };
        var rules = new RelayRules
        {
            Routers = [EndPointPattern.Parse($"{listen.Address}")],
            MaxConnectionsPerSource = 0,
        };
        using var relay = ProxyRelay.Start(options, rules);
        stop.WaitHandle.WaitOne();
        return true;
    }
}
