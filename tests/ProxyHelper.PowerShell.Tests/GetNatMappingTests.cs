using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

public sealed class GetNatMappingTests
{
    private static readonly string[] _families = ["ipv4", "ipv6"];

    private const string Exact = "Get-NatMapping -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199";

    [Fact]
    public void The_exact_mapping_has_the_original_ends() => ClassicRouter.Run(session =>
    {
        ConntrackEntry entry = session.One<ConntrackEntry>(Exact);
        Assert.Equal("10.1.1.1:10943", entry.OriginalSource.ToString());
        Assert.Equal("4.1.1.1:25", entry.OriginalDestination.ToString());
        Assert.Equal(NatType.Both, entry.NatType);
    });

    [Fact]
    public void Objects_with_a_source_and_a_destination_are_looked_up_from_the_pipeline() => ClassicRouter.Run(session =>
    {
        dynamic entry = session.One("[pscustomobject]@{ Source = '194.0.1.1:20119'; Destination = '194.0.22.9:9199' } | Get-NatMapping");
        Assert.Equal("10.1.1.1:10943", entry.OriginalSource.ToString());
    });

    [Theory]
    [InlineData("-Source 194.0.1.1:20120 -Destination 194.0.22.9:9199")]
    [InlineData("-Source 194.0.22.9:9199 -Destination 194.0.1.1:20119")] // swapped
    [InlineData("-Source 10.1.1.1:10943 -Destination 4.1.1.1:25")] // the original direction
    [InlineData("-Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -Zone 7")]
    [InlineData("-Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -Protocol Udp")]
    public void What_is_not_there_is_an_error_that_the_pipeline_survives(string question) => ClassicRouter.Run(session =>
    {
        Collection<PSObject> output = session.Run($"Get-NatMapping {question}; 'went on'");
        Assert.Equal("went on", Assert.Single(output).BaseObject);
        ErrorShape.Check(Assert.Single(session.Errors), "MappingNotFound", "GetNatMapping", ErrorCategory.ObjectNotFound, "as the proxy sees them");
        Assert.IsType<ConntrackTuple>(session.Errors[0].TargetObject);
    });

    [Fact]
    public void Another_protocol_and_zone_are_found_when_they_are_asked_for() => NetworkNamespace.Run(() =>
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(ClassicRouter.TranslatedUdp with { Zone = 7 });
        using var session = new EngineSession();
        dynamic entry = session.One("Get-NatMapping -Source 194.0.1.1:5353 -Destination 4.1.1.53:53 -Protocol Udp -Zone 7");
        Assert.Equal("10.1.1.2:5353", entry.OriginalSource.ToString());
        Assert.Equal((ushort)7, (ushort)entry.Zone);
    });

    [Fact]
    public void All_translated_connections_are_listed() => ClassicRouter.Run(session =>
        Assert.Equal(
            ["10.1.1.1:10943", "10.1.1.2:5353"],
            session.Run("Get-NatMapping | ForEach-Object { [string]$_.OriginalSource }").Select(text => (string)text.BaseObject).Order()));

    [Fact]
    public void Untranslated_connections_are_listed_when_they_are_asked_for() => ClassicRouter.Run(session =>
        Assert.Contains("10.1.1.3:1025", session.Run("Get-NatMapping -IncludeUntranslated | ForEach-Object { [string]$_.OriginalSource }").Select(text => (string)text.BaseObject)));

    [Fact]
    public void With_untranslated_ones_the_listing_is_the_conntrack_tools() => ClassicRouter.Run(session =>
    {
        Requirement.Tool("conntrack");
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(
            ConntrackFlow.Tcp("[2001:db8::1]:1025", "[2001:db8::2]:25", "[2001:db8::3]:9199", "[2001:db8::4]:20119"),
            ConntrackFlow.Echo("10.1.1.1", "4.1.1.1", 77));
        IEnumerable<uint> ids = _families.SelectMany(family => Tool.Run("conntrack", "-L", "-f", family, "-o", "id").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Select(line => uint.Parse(line[(line.LastIndexOf("id=", StringComparison.Ordinal) + 3)..], CultureInfo.InvariantCulture));
        Assert.Equal(ids.Order(), session.Run("Get-NatMapping -IncludeUntranslated").Select(entry => ((ConntrackEntry)entry.BaseObject).Id!.Value).Order());
        Assert.Equal(5, session.Run("Get-NatMapping -IncludeUntranslated").Count);
        Assert.Equal("[2001:db8::1]:1025", session.One("Get-NatMapping -Source '[2001:db8::4]:20119' -Destination '[2001:db8::3]:9199'").OriginalSource.ToString());
        Assert.Equal("10.1.1.1:77", session.One("Get-NatMapping -Protocol Icmp -Source 10.1.1.1:77 -Destination 4.1.1.1:0").OriginalSource.ToString());
    });

    [Fact]
    public void A_listing_ends_when_the_pipeline_has_enough() => ClassicRouter.Run(session =>
        Assert.Single(session.Run("Get-NatMapping -IncludeUntranslated | ForEach-Object { $_ ; break }")));

    [Theory]
    [InlineData("194.0.1.1")]
    [InlineData("25")]
    [InlineData("2001:db8::1:25")]
    [InlineData("194.0.1.1:65536")]
    public void Text_that_is_no_end_point_is_told_how_one_is_written(string text)
    {
        using var session = new EngineSession();
        ErrorRecord error = session.Failure("Get-NatMapping -Source $args[0] -Destination 194.0.22.9:9199", text);
        Assert.Equal("CannotConvertArgumentNoMessage,ProxyHelper.PowerShell.Commands.GetNatMappingCommand", error.FullyQualifiedErrorId);
        Assert.Contains("194.0.1.1:20119 or [2001:db8::1]:25", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_address_families_in_one_question_are_an_error() => ClassicRouter.Run(session =>
    {
        session.Run("Get-NatMapping -Source 194.0.1.1:20119 -Destination '[2001:db8::1]:25'");
        ErrorShape.Check(Assert.Single(session.Errors), "MixedFamilies", "GetNatMapping", ErrorCategory.InvalidArgument, "two IPv4 or two IPv6");
    });

    [Theory]
    [InlineData("Get-NatMapping")]
    [InlineData(Exact)]
    public void Without_the_capability_the_error_says_which_it_needs(string command) => ClassicRouter.Run(session =>
    {
        Capability.DropNetAdmin();
        ErrorRecord error = session.Failure(command);
        ErrorShape.Check(error, "NeedsNetAdmin", "GetNatMapping", ErrorCategory.PermissionDenied, "CAP_NET_ADMIN");
    });
}
