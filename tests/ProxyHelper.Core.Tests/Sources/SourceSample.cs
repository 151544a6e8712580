using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Sources;
using Xunit;

namespace ProxyHelper.Tests.Sources;

/// <summary>A connection of a router, as the tables of the tests show it.</summary>
internal static class SourceSample
{
    /// <summary>A line of conntrack -L.</summary>
    public const string Line =
        "tcp      6 431999 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 " +
        "src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED] mark=0 use=1";

    /// <summary>A line with the same translated ends, and another user.</summary>
    public const string OtherUser =
        "tcp      6 431999 ESTABLISHED src=10.1.1.2 dst=4.1.1.1 sport=10943 dport=25 " +
        "src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED] mark=0 use=1";

    /// <summary>Gets the query about the connection.</summary>
    public static MappingQuery Query { get; } = new(
        IPProtocol.Tcp, TransportEndPoint.Parse("194.0.1.1:20119"), TransportEndPoint.Parse("194.0.22.9:9199"));

    /// <summary>Checks that an answer is the user 10.1.1.1.</summary>
    public static void AssertFound(ResolverAnswer answer)
    {
        Assert.Equal(ResolverFault.None, answer.Fault);
        Assert.Equal("10.1.1.1:10943", Assert.Single(answer.Mappings).Ends.OriginalSource.ToString());
    }

    /// <summary>Checks that an answer is "not found" for a reason that contains some words.</summary>
    public static void AssertFault(ResolverFault fault, string words, ResolverAnswer answer)
    {
        Assert.Equal(fault, answer.Fault);
        Assert.Contains(words, answer.Reason, StringComparison.Ordinal);
        Assert.Empty(answer.Mappings);
    }
}
