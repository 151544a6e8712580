using System.Management.Automation;
using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>Get-NatMapping's filters, as a user types them.</summary>
public sealed class NatMappingFilterTests
{
    private static readonly ConntrackFlow[] _flows =
    [
        ClassicRouter.UserConnection with { Mark = 0x11, Status = 2 | 4 },
        ClassicRouter.TranslatedUdp with { Zone = 7 },
        ClassicRouter.Untranslated with { TcpState = 7 },
        ConntrackFlow.Tcp("[2001:db8::1]:1025", "[2001:db8::2]:25", "[2001:db8::3]:9199", "[2001:db8::4]:20119"),
        ConntrackFlow.Udp("10.1.2.9:500", "4.1.1.1:500", "194.0.22.9:500", "10.1.2.9:500"),
    ];

    [Theory]
    [InlineData("", "10.1.1.1 10.1.1.2 10.1.2.9 2001:db8::1")]
    [InlineData("-IncludeUntranslated", "10.1.1.1 10.1.1.2 10.1.1.3 10.1.2.9 2001:db8::1")]
    [InlineData("-OriginalSource 10.1.1.1", "10.1.1.1")]
    [InlineData("-OriginalSource 10.1.1.0/24", "10.1.1.1 10.1.1.2")]
    [InlineData("-OriginalSource 10.1.1.1, 10.1.2.0/24", "10.1.1.1 10.1.2.9")]
    [InlineData("-OriginalSource :500", "10.1.2.9")]
    [InlineData("-OriginalSource ::/0", "2001:db8::1")]
    [InlineData("-OriginalDestination 4.1.1.1", "10.1.1.1 10.1.2.9")]
    [InlineData("-OriginalDestination 4.1.1.1:25", "10.1.1.1")]
    [InlineData("-TranslatedSource 194.0.1.1", "10.1.1.1 10.1.1.2")]
    [InlineData("-TranslatedDestination 194.0.22.9 -Protocol Udp", "10.1.2.9")]
    [InlineData("-TranslatedDestination '[2001:db8::3]:9199'", "2001:db8::1")]
    [InlineData("-Port 25", "10.1.1.1 2001:db8::1")]
    [InlineData("-Port 53, 500", "10.1.1.2 10.1.2.9")]
    [InlineData("-Protocol tcp", "10.1.1.1 2001:db8::1")]
    [InlineData("-Protocol Tcp, 17", "10.1.1.1 10.1.1.2 10.1.2.9 2001:db8::1")]
    [InlineData("-NatType Any", "10.1.1.1 10.1.1.2 10.1.2.9 2001:db8::1")]
    [InlineData("-NatType Both", "10.1.1.1 2001:db8::1")]
    [InlineData("-NatType Source, None", "10.1.1.2 10.1.1.3")]
    [InlineData("-NatType Destination", "10.1.2.9")]
    [InlineData("-NatType Both -IncludeUntranslated", "10.1.1.1 10.1.1.3 2001:db8::1")]
    [InlineData("-State Established", "10.1.1.1 2001:db8::1")]
    [InlineData("-State TimeWait -IncludeUntranslated", "10.1.1.3")]
    [InlineData("-Status Assured, SeenReply", "10.1.1.1")]
    [InlineData("-Mark 0x11", "10.1.1.1")]
    [InlineData("-Mark 0x10/0xf0", "10.1.1.1")]
    [InlineData("-Mark 17", "10.1.1.1")]
    [InlineData("-Zone 7", "10.1.1.2")]
    [InlineData("-Zone 0 -Protocol Udp", "10.1.2.9")]
    [InlineData("-OriginalSource 10.1.1.1 -State CloseWait", "")]
    public void It_lists_what_fits_all_of_them(string filters, string sources) => With(session =>
    {
        string[] found = [.. session.Run($"Get-NatMapping {filters}").Select(entry => ((ConntrackEntry)entry.BaseObject).OriginalSource.Address)];
        Assert.Equal(sources, string.Join(' ', found.Order(StringComparer.Ordinal)));
        Assert.Empty(session.Errors);
    });

    [Theory]
    [InlineData("-OriginalSource 10.1.1.1:10943 -OriginalDestination 4.1.1.1:25")]
    [InlineData("-TranslatedSource 194.0.1.1:20119 -TranslatedDestination 194.0.22.9:9199")]
    [InlineData("-OriginalSource 10.1.1.1:10943 -OriginalDestination 4.1.1.1:25 -Protocol Udp, Tcp -Zone 0 -State Established")]
    [InlineData("-Id (Get-NatMapping -OriginalSource 10.1.1.1).Id")]
    public void One_connection_is_found_by_either_direction_and_by_its_number(string question) => With(session =>
        Assert.Equal("194.0.1.1:20119", session.One($"Get-NatMapping {question}").TranslatedSource.ToString()));

    [Fact]
    public void An_untranslated_connection_is_found_by_its_ends() => With(session =>
        Assert.Equal("None", session.One("Get-NatMapping -OriginalSource 10.1.1.3:1025 -OriginalDestination 10.2.2.2:22").NatType.ToString()));

    [Theory]
    [InlineData("-OriginalSource 10.1.1.1:10943 -OriginalDestination 4.1.1.1:26", "was opened as Tcp 10.1.1.1:10943 -> 4.1.1.1:26 in zone 0")]
    [InlineData("-OriginalSource 10.1.1.2:5353 -OriginalDestination 4.1.1.53:53", "in zone 0")] // it is in zone 7
    [InlineData("-TranslatedSource 194.0.1.1:20119 -TranslatedDestination 194.0.22.9:9200", "is seen as Tcp")]
    public void A_connection_that_is_not_there_is_an_error(string question, string told) => With(session =>
    {
        Assert.Empty(session.Run($"Get-NatMapping {question}"));
        ErrorRecord error = Assert.Single(session.Errors);
        ErrorShape.Check(error, "MappingNotFound", "GetNatMapping", ErrorCategory.ObjectNotFound, "another -Zone");
        Assert.Contains(told, error.Exception.Message, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("-OriginalSource 10.1.1.1/24", "Did you mean 10.1.1.0/24")]
    [InlineData("-OriginalSource mail.example", "10.1.0.0/16")]
    [InlineData("-Mark 1/0", "its mask leaves out")]
    [InlineData("-Mark red", "0x10/0xff")]
    [InlineData("-Protocol tpc", "Tcp")]
    [InlineData("-State Open2", "Established")]
    public void A_mistake_is_answered_with_what_can_be_given(string mistake, string told)
    {
        using var session = new EngineSession();
        Assert.Contains(told, session.Failure($"Get-NatMapping {mistake}").Exception.Message, StringComparison.Ordinal);
    }

    /// <summary>What JSON and CSV take are the properties; what goes to another machine is one text.</summary>
    [Fact]
    public void An_end_point_is_text_wherever_it_goes() => With(session =>
    {
        Assert.Equal(
            ["Address=10.1.1.1", "Port=10943"],
            session.Run("(Get-NatMapping -OriginalSource 10.1.1.1).OriginalSource.PSObject.Properties | ForEach-Object { \"$($_.Name)=$($_.Value)\" }").Select(text => (string)text.BaseObject).Order());
        string xml = session.One<string>("[System.Management.Automation.PSSerializer]::Serialize((Get-NatMapping -OriginalSource 10.1.1.1))");
        Assert.Contains("<S N=\"OriginalSource\">10.1.1.1:10943</S>", xml, StringComparison.Ordinal);
        Assert.Equal(
            "10.1.1.1:10943 10.1.1.2:5353 10.1.2.9:500 [2001:db8::1]:1025 True True",
            session.One<string>("$ends = @((Get-NatMapping).OriginalSource); [Array]::Sort($ends); \"$ends $($ends[0] -lt $ends[1]) $($ends[0] -eq '10.1.1.1:10943')\""));
    });

    private static void With(Action<EngineSession> body) => NetworkNamespace.Run(() =>
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(_flows);
        using var session = new EngineSession();
        body(session);
    });
}
