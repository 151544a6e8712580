using System.Net;
using System.Threading.Channels;
using ProxyHelper.Conntrack;
using ProxyHelper.Daemon.Metrics;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Sources;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Represents the helper as a service.</summary>
internal sealed class HelperService : IService<HelperSettings>
{
    private readonly MappingResolver? _resolver;
    private readonly Responder _responder;

    /// <summary>Opens the sockets of the helper.</summary>
    /// <param name="settings">The settings with the secret.</param>
    /// <exception cref="IOException">Thrown when the resolver or a socket cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this user may not use a file.</exception>
    public HelperService(HelperSettings settings)
    {
        _resolver = settings.OpenResolver();
        try
        {
            _responder = Responder.Open(settings.Listen with { Resolver = _resolver }, settings.Rules);
        }
        catch
        {
            _resolver?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ChannelReader<ServerNotice> Notices => _responder.Notices;

    /// <inheritdoc/>
    public Task Completion => _responder.Completion;

    /// <summary>
    /// Gets whether the responder looks at its queues and the conntrack table can be read. The capability for the table
    /// is that of the calling thread.
    /// </summary>
    public bool IsAlive => _responder.IsResponsive && CanReadTable();

    /// <inheritdoc/>
    public string Status
    {
        get
        {
            string[] parts =
                [.. Describe("UDP", _responder.UdpEndPoints), .. Describe("TCP", _responder.TcpEndPoints)];
            return $"Listening on {string.Join(" and ", parts)}.";
        }
    }

    /// <inheritdoc/>
    public string Counters => Describe(_responder.Counts);

    /// <inheritdoc/>
    public void Start() => _responder.Start();

    /// <inheritdoc/>
    public TimeSpan StopTime => TimeSpan.Zero;

    /// <inheritdoc/>
    public string? DescribeStop() => null;

    /// <inheritdoc/>
    public void BeginStop() => _responder.BeginStop();

    /// <inheritdoc/>
    public void WhenNoticed(Action wake) => _responder.WhenNoticed(wake);

    /// <inheritdoc/>
    public IEnumerable<LogLine> DescribeStart()
    {
        if (_responder.Options is { InheritedSockets.Count: > 0, Addresses.Count: > 0 })
        {
            yield return new(
                Priority.Warning,
                "Using the inherited sockets; the configured address, port and tcp-port are ignored.");
        }

        if (_responder.Rules.TrustsEveryHost)
        {
            yield return new(
                Priority.Warning,
                "'trust' contains every address: every host may ask about all connections. Use 'trust' only with the "
                + "addresses of hosts that need it.");
        }
        else if (_responder.Rules.AllowedProxies.Count == 0)
        {
            yield return new(
                Priority.Warning,
                "'allow' is missing: every host may ask about connections to its own address. "
                + "Use '--allow ADDRESS', or 'allow = ADDRESS' in the configuration file, with the address of the "
                + "proxy.");
        }

        if (_resolver is not null)
        {
            yield return new(
                Priority.Notice, $"Connections are looked up with {_resolver.Description}, and not in the kernel.");
        }

        foreach (string warning in TableWarnings.Of(_resolver))
        {
            yield return new(Priority.Warning, warning);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<string> Reload(HelperSettings settings)
    {
        AnswerRules before = _responder.Rules;
        _responder.ChangeRules(settings.Rules);
        return LiftedRestrictions.Find(before, settings.Rules);
    }

    /// <inheritdoc/>
    public string WriteMetrics(long lostLines) => MetricsText.Of(_responder, lostLines);

    /// <inheritdoc/>
    public void Dispose()
    {
        _responder.Dispose();
        _resolver?.Dispose();
    }

    private static bool CanReadTable()
    {
        try
        {
            using ConntrackTable table = ConntrackTable.Open();
            table.ReadStatistics();
            return true;
        }
        catch (LinuxException)
        {
            return false; // the responder logs the same fault for each query that it cannot look up
        }
    }

    private static IEnumerable<string> Describe(string protocol, IReadOnlyList<IPEndPoint> endPoints) =>
        endPoints.Count == 0 ? [] : [$"{protocol} {string.Join(", ", endPoints)}"];

    private static string Describe(ResponderCounts counts) =>
        $"{counts.Queries} queries, {counts[Outcome.Found]} found, {counts[Outcome.NotFound]} not found, "
        + $"{counts[Outcome.FailedLookup]} failed look-ups, {counts.Refused} refused, "
        + $"{counts[Outcome.Malformed]} malformed, {counts[Outcome.Late]} late, "
        + $"{counts[Outcome.QueueDrop]} dropped from full queues, "
        + $"{counts[Outcome.ConnectionDrop] + counts[Outcome.ConnectionTimeout]} TCP connections closed early, "
        + $"{counts[Outcome.GraceWait]} waited in a failover grace, {counts[Outcome.GraceFind]} of them found"
        + (counts.ResolverFaults == 0 ? string.Empty : $", {counts.ResolverFaults} without an answer of the resolver");
}
