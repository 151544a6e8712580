using System.Xml.Linq;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>What an administrator sees of a responder.</summary>
public sealed class ResponderViewTests
{
    private const string Question = "Test-ProxyHelper 194.0.1.1 -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -Retries 1 -TimeoutSeconds 30";

    // The engine alone has no Format-List, so the view is read as it is written; the Pester tests show it.
    [Fact]
    public void Every_line_of_every_view_is_a_property_that_there_is() => ClassicRouter.Run(session =>
    {
        dynamic job = session.One("Start-ProxyHelper 194.0.1.1");
        string[] there = [.. session.Run("$args[0].PSObject.Properties.Name", (object)job).Select(name => name.ToString())];
        string[] shown = [.. View("Responder").Concat(View("ResponderList"))];
        Assert.Contains("LastFault", shown);
        Assert.All(shown, property => Assert.Contains(property, there));
    });

    [Fact]
    public void The_list_says_what_it_is_what_it_answered_what_it_dropped_and_what_went_wrong() => Assert.Equal(
        [
            "Id", "Name", "State", "Location", "TcpLocation", "StartedAt", "Uptime",
            "Queries", "Found", "NotFound", "FailedLookups", "MedianMilliseconds", "Percentile99Milliseconds",
            "Refused", "NotAllowed", "NotItsOwn", "WrongSecret", "TooOften", "Malformed", "Late",
            "QueueDrops", "ConnectionDrops", "ConnectionTimeouts", "UnsentReplies", "ReceiveErrors", "TableReopenings", "LastFault",
        ],
        View("ResponderList"));

    [Fact]
    public void Uptime_grows_until_it_is_stopped() => ClassicRouter.Run(session =>
    {
        dynamic job = session.One("Start-ProxyHelper 194.0.1.1");
        TimeSpan first = job.Uptime;
        Assert.True(SpinWait.SpinUntil(() => job.Uptime > first, TimeSpan.FromMinutes(1)));
        session.Run("Stop-ProxyHelper ProxyHelper");
        TimeSpan last = job.Uptime;
        Assert.False(SpinWait.SpinUntil(() => job.Uptime != last, TimeSpan.FromMilliseconds(20)));
    });

    [Fact]
    public void Latencies_are_there_after_the_first_answer() => ClassicRouter.Run(session =>
    {
        dynamic job = session.One("Start-ProxyHelper 194.0.1.1");
        Assert.Null((object?)job.MedianLatency);
        session.One(Question);
        Assert.True(SpinWait.SpinUntil(() => job.MedianLatency is not null, TimeSpan.FromMinutes(1)));
        Assert.InRange((TimeSpan)job.Percentile99Latency, (TimeSpan)job.MedianLatency, TimeSpan.FromMinutes(1));
        Assert.Equal(((TimeSpan)job.MedianLatency).TotalMilliseconds, (double)job.MedianMilliseconds);
    });

    private static IEnumerable<string> View(string name)
    {
        string file = Path.Combine(Path.GetDirectoryName(EngineSession.ManifestPath)!, "bin", "ProxyHelper.Format.ps1xml");
        XElement view = XDocument.Load(file).Descendants("View").Single(view => view.Element("Name")!.Value == name);
        return view.Descendants("PropertyName").Select(property => property.Value);
    }
}
