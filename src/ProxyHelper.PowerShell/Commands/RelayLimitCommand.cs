using System.Management.Automation;
using ProxyHelper.Relay;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Represents the parameters that limit the connections and the times of a relay.</summary>
public abstract class RelayLimitCommand : ProxyHelperCommand
{
    /// <summary>The default of <see cref="MaxConnections"/>.</summary>
    internal const int DefaultConnections = 20_000;

    /// <summary>
    /// Gets or sets the largest number of connections at the same time. The default is 20,000. 1 to 1,000,000. More
    /// connections wait in the kernel.
    /// </summary>
    [Parameter]
    [WholeNumber(1, RelayOptions.MostConnections, IsSingle = true)]
    public int MaxConnections { get; set; } = DefaultConnections;

    /// <summary>
    /// Gets or sets the largest number of connections of one original source address at the same time. The default is
    /// 1,000. 0 to 1,000,000; 0 means no limit.
    /// </summary>
    [Parameter]
    [WholeNumber(0, RelayOptions.MostConnections, IsSingle = true)]
    public int MaxConnectionsPerSource { get; set; } = 1_000;

    /// <summary>
    /// Gets or sets the largest number of queries that wait for a reply. The default is 1,000. 1 to 100,000. A
    /// connection that exceeds it is reset.
    /// </summary>
    [Parameter]
    [WholeNumber(1, RelayOptions.MostQueries, IsSingle = true)]
    public int MaxQueries { get; set; } = 1_000;

    /// <summary>
    /// Gets or sets the longest time for the connection to the target. The default is 5 seconds. Up to 7 days. A number
    /// is a number of seconds.
    /// </summary>
    [Parameter]
    [Seconds(IsSingle = true)]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets the time without a byte after which a connection is reset. The default is 1 hour. Up to 7 days. A
    /// number is a number of seconds.
    /// </summary>
    [Parameter]
    [Seconds(IsSingle = true)]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets or sets the time without a byte after which a connection is reset that one side has ended. The default is 1
    /// minute. Up to 7 days. A number is a number of seconds.
    /// </summary>
    [Parameter]
    [Seconds(IsSingle = true)]
    public TimeSpan HalfClosedTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets or sets the time that open connections have to finish after a stop. The default is 30 seconds. 0 to 7 days;
    /// 0 resets them at once. A number is a number of seconds.
    /// </summary>
    [Parameter]
    [Seconds(IsSingle = true)]
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks the times. The error names the parameter of a time that is out of range.</summary>
    private protected void CheckTimes()
    {
        Check(nameof(ConnectTimeout), ConnectTimeout, mayBeZero: false);
        Check(nameof(IdleTimeout), IdleTimeout, mayBeZero: false);
        Check(nameof(HalfClosedTimeout), HalfClosedTimeout, mayBeZero: false);
        Check(nameof(DrainTime), DrainTime, mayBeZero: true);
    }

    private static void Check(string parameter, TimeSpan time, bool mayBeZero)
    {
        bool isWithin = time <= RelayRules.LongestTime && (mayBeZero ? time >= TimeSpan.Zero : time > TimeSpan.Zero);
        if (!isWithin)
        {
            throw Terminating(RelayErrors.TimeOutOfRange(parameter, time, mayBeZero));
        }
    }
}
