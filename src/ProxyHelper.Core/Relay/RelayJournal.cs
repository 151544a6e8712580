using System.Globalization;
using System.Runtime.Versioning;
using ProxyHelper.Linux;
using ProxyHelper.Relay.Connections;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Relay;

/// <summary>
/// Writes the notices of a relay. Each kind of event causes one notice in ten seconds at most, so that neither a
/// recurring fault nor a flood fills a log.
/// </summary>
/// <param name="options">The options, which have the target and the port of the helpers.</param>
[SupportedOSPlatform("linux")]
internal sealed class RelayJournal(RelayOptions options) : NoticeJournal
{
    private readonly Topic[] _refusals = new Topic[RelayOutcomes.All.Count];
    private Topic _accepts;
    private Topic _limit;

    /// <summary>Logs a connection that was reset before it was relayed.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="errno">The error that is the reason, or none.</param>
    public void LogRefusal(RelayOutcome outcome, RelayConnection connection, Errno errno)
    {
        lock (Sync)
        {
            ref Topic topic = ref _refusals[(int)outcome];
            if (RelayOutcomes.Row(outcome) is { Notice: { } notice } row && topic.IsDue())
            {
                string message = string.Format(CultureInfo.InvariantCulture, notice, connection.Sender);
                string reason = errno == Errno.None ? string.Empty : $" ({errno})";
                string ends = connection.HasOriginalEnds ? $" {DescribeEnds(connection)}." : string.Empty;
                string advice = outcome is RelayOutcome.TargetRefused or RelayOutcome.TargetTimeout ? DescribeTarget()
                    : outcome == RelayOutcome.LocalFault ? DescribeFault(errno)
                    : DescribeAdvice(row, connection);
                Write(row.NoticeKind, $"{message}{reason}{topic.TakeRepeats()}.{ends}{advice}");
            }
        }
    }

    /// <summary>
    /// Logs a connection that has ended. If many notices are unread, the connection is left out, so that it replaces no
    /// other notice.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="duration">The time since the connection was accepted.</param>
    public void LogConnection(RelayConnection connection, RelayOutcome outcome, TimeSpan duration)
    {
        if (IsBusy)
        {
            return;
        }

        string ends = connection.HasOriginalEnds ? $"{DescribeEnds(connection)}, " : string.Empty;
        string ident = connection.Ident is { Length: > 0 } known ? $", ident {known}" : string.Empty;
        string id = connection.Id == 0 ? string.Empty : $", id {connection.Id:x16}"; // the target got no header
        Write(NoticeKind.Connection, string.Create(
            CultureInfo.InvariantCulture,
            $"{RelayOutcomes.Row(outcome).Label}: {ends}from {connection.Sender}, {connection.BytesUp} bytes up, "
                + $"{connection.Down.Bytes} bytes down, {duration.TotalSeconds:0.000} s{ident}{id}."));
    }

    /// <summary>Logs a connection that could not be accepted.</summary>
    public void LogFailedAccept(Errno errno)
    {
        lock (Sync)
        {
            if (_accepts.IsDue())
            {
                string advice = ErrnoAdvice.ForResources(errno) is { } known ? $" {known}" : string.Empty;
                string repeats = _accepts.TakeRepeats();
                Write(
                    NoticeKind.Fault,
                    $"A connection could not be accepted ({errno}){repeats}. New connections wait.{advice}");
            }
        }
    }

    /// <summary>Logs that no more connections are accepted, because as many are open as the options allow.</summary>
    public void LogLimit(int max)
    {
        lock (Sync)
        {
            if (_limit.IsDue())
            {
                _limit.Repeats = 0; // an attempt is no connection, so the number would say nothing
                Write(
                    NoticeKind.Fault,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{max} connections are open, which is the limit. New connections wait."));
            }
        }
    }

    private static string DescribeFault(Errno errno) => errno == Errno.EADDRNOTAVAIL
        ? " No local port is free for a connection to the target. Use a Unix socket as the target, or run 'sysctl -w "
            + "net.ipv4.ip_local_port_range=\"10000 65535\"'."
        : ErrnoAdvice.ForResources(errno) is { } known ? $" {known}" : string.Empty;

    private string DescribeAdvice(RelayOutcomeRow row, RelayConnection connection) => row.Advice is { } advice
        ? " " + string.Format(
            CultureInfo.InvariantCulture, advice, connection.Sender, connection.Sender.Address, options.HelperPort)
        : string.Empty;

    private string DescribeTarget() => options.Target is { EndPoint: { } endPoint } target
        ? $" The target is {target}. Run 'ss -ltnp sport = :{endPoint.Port}' on its host to see whether it listens."
        : $" The target is {options.Target}. Run 'ss -lxp src {options.Target.Path}' to see whether it listens, and "
            + $"'ls -l {options.Target.Path}' to see who may connect to it.";

    private static string DescribeEnds(RelayConnection connection) =>
        $"{connection.OriginalSource} -> {connection.OriginalDestination}";
}
