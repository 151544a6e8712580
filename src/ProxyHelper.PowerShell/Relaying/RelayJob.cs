using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Runtime.Versioning;
using System.Threading.Channels;
using ProxyHelper.Lifetime;
using ProxyHelper.Relay;
using ProxyHelper.Telemetry;

namespace ProxyHelper.PowerShell;

/// <summary>Represents a running relay as a PowerShell job.</summary>
[SupportedOSPlatform("linux")]
public sealed class RelayJob : CountedRelayJob
{
    private readonly ProxyRelay _relay;

    internal RelayJob(ProxyRelay relay, JobPidFile? pidFile, string name)
        : base(
            $"Start-ProxyRelay {Join(relay.EndPoints)} {relay.Options.Target} {Join(relay.Rules.Routers)}",
            name,
            pidFile)
    {
        _relay = relay;
        PSJobTypeName = "ProxyRelay";
        Begin($"Relaying from {Location} to {Target}.");
    }

    /// <summary>Gets the addresses and ports that the relay listens on, as text.</summary>
    public override string Location => Join(_relay.EndPoints);

    /// <summary>Gets the addresses and ports that the relay listens on.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints => _relay.EndPoints;

    /// <summary>Gets the program that the relay connects to, as text.</summary>
    public string Target => $"{_relay.Options.Target}";

    /// <summary>Gets the routers whose connections are relayed, as text.</summary>
    public IReadOnlyList<string> Routers => [.. _relay.Rules.Routers.Select(router => $"{router}")];

    /// <summary>Gets the header that the target gets.</summary>
    public ProxyProtocol ProxyProtocol => _relay.Options.ProxyProtocol;

    /// <summary>Gets the local time of the start.</summary>
    public DateTime StartedAt => _relay.StartedAt.LocalDateTime;

    /// <inheritdoc/>
    public override string StatusMessage => string.Create(
        CultureInfo.InvariantCulture, $"{Accepted} connections, {Open} open, {Refused} refused");

    /// <summary>Gets the settings that are fixed.</summary>
    internal RelayOptions Options => _relay.Options;

    /// <summary>Gets the rules that are in force.</summary>
    internal RelayRules Rules => _relay.Rules;

    internal override string Kind => "relay";

    internal override IReadOnlyList<IPEndPoint> UdpPorts => [];

    internal override IReadOnlyList<IPEndPoint> TcpPorts => LocalEndPoints;

    private protected override RelayCounts Counts => _relay.Counts;

    private protected override TimeSpan Age => _relay.Uptime;

    private protected override ServerNotice? NewestFault => _relay.LastFault;

    private protected override ChannelReader<ServerNotice> Notices => _relay.Notices;

    private protected override Task Completion => _relay.Completion;

    /// <summary>
    /// Starts the stop of the relay and does not wait: open connections have the drain time to finish. If the relay
    /// stops already, nothing changes.
    /// </summary>
    internal override void BeginStop()
    {
        if (_relay.State < ServerState.Stopping)
        {
            _relay.BeginStop();
            HandlerPatience.Run(SetStopping);
        }
    }

    /// <summary>Resets all connections and stops the relay.</summary>
    internal override void EndAtOnce()
    {
        _relay.Dispose();
        StopJob();
    }

    // A second stop resets the connections, so that Ctrl+C and a second Stop-Job do not wait for the drain time.
    private protected override void StopServer()
    {
        if (_relay.State < ServerState.Stopping)
        {
            HandlerPatience.Run(SetStopping);
        }

        _relay.Stop();
    }

    private protected override ErrorRecord Faulted(Exception cause) => RelayErrors.RelayFaulted(cause, Location);

    // The lines of the access log are no warnings.
    private protected override void Write(ServerNotice notice)
    {
        if (notice.Kind == NoticeKind.Connection)
        {
            Log(notice.At, notice.Message);
        }
        else
        {
            base.Write(notice);
        }
    }

    private void SetStopping()
    {
        if (JobStateInfo.State == JobState.Running)
        {
            SetJobState(JobState.Stopping);
        }
    }
}
