using System.Globalization;
using System.Threading.Channels;
using ProxyHelper.Addresses;
using ProxyHelper.Daemon.Metrics;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux.Limits;
using ProxyHelper.Relay;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Daemon.Relay;

/// <summary>Represents the relay as a service.</summary>
internal sealed class RelayService : IService<RelaySettings>
{
    private readonly int _requestedConnections;
    private readonly DescriptorLimit _limit;
    private readonly ProxyRelay _relay;

    /// <summary>Opens the sockets of the relay, and raises the limit of descriptors to what the relay needs.</summary>
    /// <param name="settings">The settings with the secret.</param>
    /// <exception cref="IOException">Thrown when a socket cannot be opened.</exception>
    public RelayService(RelaySettings settings)
    {
        // If connections took the last descriptors, the metrics and the queries would have none.
        _requestedConnections = settings.Options.MaxConnections;
        _limit = DescriptorLimit.Raise(DescriptorNeed.Of(_requestedConnections));
        int possible = Math.Clamp(DescriptorNeed.ConnectionsWithin(_limit.Soft), 1, _requestedConnections);
        _relay = ProxyRelay.Open(settings.Options with { MaxConnections = possible }, settings.Rules);
    }

    /// <inheritdoc/>
    public ChannelReader<ServerNotice> Notices => _relay.Notices;

    /// <inheritdoc/>
    public Task Completion => _relay.Completion;

    /// <inheritdoc/>
    public bool IsAlive => _relay.IsResponsive;

    /// <inheritdoc/>
    public string Status =>
        $"Listening on TCP {string.Join(", ", _relay.EndPoints)}, relaying to {_relay.Options.Target}.";

    /// <inheritdoc/>
    public string Counters
    {
        get
        {
            RelayCounts counts = _relay.Counts;
            IEnumerable<string> outcomes = RelayOutcomes.All
                .Where(row => row.IsOfConnection && counts[row.Outcome] > 0)
                .Select(row => $"{counts[row.Outcome]} {row.Label!.Replace('_', ' ')}");
            return string.Join(
                ", ",
                [
                    $"{counts.Accepted} connections", $"{counts.Open} open", .. outcomes, $"{counts.Queries} queries",
                    $"{counts[RelayOutcome.IgnoredReply]} ignored replies", $"{counts.BytesUp} bytes up",
                    $"{counts.BytesDown} bytes down",
                ]);
        }
    }

    /// <inheritdoc/>
    public TimeSpan StopTime => _relay.Rules.DrainTime;

    /// <inheritdoc/>
    public void Start() => _relay.Start();

    /// <inheritdoc/>
    public string? DescribeStop()
    {
        long open = _relay.Counts.Open;
        return open == 0 || _relay.Rules.DrainTime == TimeSpan.Zero ? null
            : _relay.State >= ServerState.Stopping ? $"Resetting {open} open connections, because of a second signal."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"Stopping. Open connections ({open}) have {_relay.Rules.DrainTime.TotalSeconds} seconds to finish. "
                + $"To reset them now, run 'kill {Environment.ProcessId}'.");
    }

    /// <inheritdoc/>
    public void BeginStop() => _relay.BeginStop();

    /// <inheritdoc/>
    public void WhenNoticed(Action wake) => _relay.WhenNoticed(wake);

    /// <inheritdoc/>
    public IEnumerable<LogLine> DescribeStart()
    {
        RelayOptions options = _relay.Options;
        if (options is { InheritedSockets.Count: > 0, Listen.Count: > 0 })
        {
            yield return new(Priority.Warning, "Using the inherited sockets; the configured 'listen' is ignored.");
        }

        if (_relay.Rules.AllowedPorts.Count == 0)
        {
            yield return new(
                Priority.Warning,
                "'allow-port' is missing: connections to every original port are relayed. Use '--allow-port PORT', or "
                + "'allow-port = PORT' in the configuration file, for each port that the router redirects.");
        }

        if (new AddressRanges(_relay.Rules.Routers).ContainsEveryAddress)
        {
            yield return new(
                Priority.Warning,
                "'router' contains every address: every host that reaches the port can choose the original ends. Use "
                + "the addresses of the routers only.");
        }

        ulong needed = DescriptorNeed.Of(_requestedConnections);
        if (_limit.Soft < needed)
        {
            yield return new(
                Priority.Warning,
                $"The limit of open files is {_limit.Soft}, but {_requestedConnections} connections need {needed}. "
                + $"At most {options.MaxConnections} connections are open at the same time, and more wait. "
                + $"Set 'LimitNOFILE={needed}' in the unit, run 'ulimit -n {needed}' as root before the start, or use "
                + $"'max-connections = {options.MaxConnections}'.");
        }
    }

    /// <inheritdoc/>
    public IEnumerable<string> Reload(RelaySettings settings)
    {
        RelayRules before = _relay.Rules;
        _relay.ChangeRules(settings.Rules);
        return RelayLiftedRestrictions.Find(before, settings.Rules);
    }

    /// <inheritdoc/>
    public string WriteMetrics(long lostLines) => RelayMetricsText.Of(_relay, lostLines);

    /// <inheritdoc/>
    public void Dispose() => _relay.Dispose();
}
