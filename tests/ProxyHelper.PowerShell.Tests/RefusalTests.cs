using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>What an administrator learns about queries that get no answer.</summary>
public sealed class RefusalTests
{
    private const int Times = 100;
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("NotAllowed", "198.51.100.99", "which is not among the allowed proxies")]
    [InlineData("NotItsOwn", "198.51.100.1", "about a connection that is not its own")]
    [InlineData("WrongSecret", "198.51.100.2", "with a wrong secret")]
    [InlineData("TooOften", "198.51.100.3", "which asks too often")]
    [InlineData("Malformed", "198.51.100.4", "that is no query")]
    public void Each_reason_has_a_count_and_a_bounded_number_of_warnings_with_the_address(string reason, string address, string words) => ClassicRouter.Run(session =>
    {
        dynamic job = session.One("Start-ProxyHelper 194.0.1.1 -Secret 4711 -AllowedProxy 198.51.100.0/28 -MaxQueriesPerSecond 1 -MaxQueueDelay 60");
        using var stranger = new Stranger(address);
        Send(stranger, reason);
        Dictionary<string, long> counts = CountsAfter(session, Times);
        Assert.Equal(Times, counts["Queries"]);
        Assert.InRange(counts[reason], reason == "TooOften" ? 1 : Times, reason == "TooOften" ? Times - 1 : Times); // one in a second is not too often
        Assert.Equal(Times, counts[reason] + counts["NotFound"]);
        Assert.Equal(reason == "Malformed" ? 0 : counts[reason], counts["Refused"]);

        string[] warnings = Warnings(session);
        Assert.InRange(warnings.Length, 1, 7); // one in ten seconds, for as long as the patience lasts
        Assert.All(warnings, warning => Assert.Matches($@"^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d Dropped a (query|datagram) from {Regex.Escape(address)},? {words}", warning));
        Assert.Null((object?)job.LastFault); // they are dropped as they should be
    });

    [Fact]
    public void A_trusted_client_is_answered_about_any_connection() => ClassicRouter.Run(session =>
    {
        session.One("Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -TrustedClient 198.51.100.0/24 -MaxQueueDelay 60");
        using var stranger = new Stranger("198.51.100.1");
        stranger.Ask(1, destination: "194.0.22.9");
        Assert.Equal(1, CountsAfter(session, 1)["Found"]);
    });

    [Fact]
    public void A_query_that_waited_too_long_is_a_fault_and_the_last_fault_tells_it() => ClassicRouter.Run(session =>
    {
        dynamic job = session.One("Start-ProxyHelper 194.0.1.1 -MaxQueueDelay ([timespan]::FromTicks(1))"); // nothing is as fast
        Assert.Equal("TimedOut", session.One("Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -Retries 1 -TimeoutSeconds 0.05").Outcome.ToString());
        Assert.Equal(1, CountsAfter(session, 1)["Late"]);
        Assert.True(SpinWait.SpinUntil(() => job.LastFault is not null, _patience));
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Dropped a query from 194\.0\.22\.9 that had waited too long", (string)job.LastFault);
    });

    private static void Send(Stranger stranger, string reason)
    {
        switch (reason)
        {
            case "NotItsOwn":
                stranger.Ask(Times, 4711, destination: "194.0.22.9");
                break;
            case "WrongSecret":
                stranger.Ask(Times, 4712);
                break;
            case "Malformed":
                stranger.Babble(Times);
                break;
            default:
                stranger.Ask(Times, 4711);
                break;
        }
    }

    private static Dictionary<string, long> CountsAfter(EngineSession session, int datagrams)
    {
        string[] outcomes = ["Found", "NotFound", "FailedLookups", "Refused", "Malformed", "Late"];
        Assert.True(SpinWait.SpinUntil(() => outcomes.Sum(outcome => Counts(session)[outcome]) >= datagrams, _patience));
        return Counts(session); // now that nothing more comes: while they are read one after the other, they go on
    }

    private static Dictionary<string, long> Counts(EngineSession session)
    {
        object job = session.Run("Get-ProxyHelper")[0].BaseObject;
        return job.GetType().GetProperties().Where(property => property.PropertyType == typeof(long)).ToDictionary(property => property.Name, property => (long)property.GetValue(job)!);
    }

    private static string[] Warnings(EngineSession session)
    {
        Collection<WarningRecord> warnings = [];
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                session.Run("Receive-Job -Name ProxyHelper -Keep");
                warnings = session.Warnings;
                return warnings.Count > 0;
            },
            _patience));
        return [.. warnings.Select(warning => warning.Message)];
    }
}
