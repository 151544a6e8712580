using System.Globalization;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Relay;

/// <summary>
/// Writes the notices of a relay. Each kind of event causes one notice in ten seconds at most, so that neither a
/// recurring fault nor a flood fills a log.
/// </summary>
internal sealed class RelayJournal : NoticeJournal
{
    private readonly Topic[] _refusals = new Topic[RelayOutcomes.All.Count];
    private Topic _accepts;

    /// <summary>Logs a connection that was reset before it was relayed.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <param name="sender">The router that the connection came from.</param>
    /// <param name="detail">What helps to find the cause, such as the original ends, or null.</param>
    public void LogRefusal(RelayOutcome outcome, TransportEndPoint sender, string? detail = null)
    {
        lock (Sync)
        {
            ref Topic topic = ref _refusals[(int)outcome];
            if (topic.IsDue() && RelayOutcomes.Row(outcome) is { Notice: { } notice } row)
            {
                string message = string.Format(CultureInfo.InvariantCulture, notice, sender);
                string more = detail is null ? string.Empty : $" {detail}";
                Write(row.NoticeKind, $"{message}{topic.TakeRepeats()}.{more}");
            }
        }
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
}
