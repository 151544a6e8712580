using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Tests the kernel's counters against those of the conntrack tool.</summary>
public sealed class ConntrackCountersTests
{
    /// <summary>The names of the tool's counters, and the same counters of the library.</summary>
    private static readonly (string Name, Func<ConntrackCounters, long> Count)[] _columns =
    [
        ("found", counters => counters.Found),
        ("invalid", counters => counters.Invalid),
        ("insert", counters => counters.Insert),
        ("insert_failed", counters => counters.InsertFailed),
        ("drop", counters => counters.Drop),
        ("early_drop", counters => counters.EarlyDrop),
        ("error", counters => counters.Error),
        ("search_restart", counters => counters.SearchRestart),
        ("clash_resolve", counters => counters.ClashResolve),
        ("chaintoolong", counters => counters.ChainTooLong),
    ];

    [Fact]
    public void Counters_are_those_of_the_conntrack_tool_added_over_all_processors() => NetworkNamespace.Run(
        () =>
        {
            Requirement.Tool("conntrack");
            Requirement.Tool("nft");
            Tool.Run(
                "nft",
                "add table inet t; add chain inet t c { type filter hook input priority 0; }; "
                + "add rule inet t c ct state invalid drop");
            SendGarbage();
            using ConntrackTable table = ConntrackTable.Open();

            ConntrackCounters counters = table.ReadCounters();

            string[] words = Tool.Run("conntrack", "-S").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            Assert.All(_columns, column => Assert.Equal(Sum(words, column.Name), column.Count(counters)));
            Assert.InRange(counters.Invalid, 1, long.MaxValue);
        },
        "10.1.1.1");

    // A TCP segment that is shorter than a TCP header cannot be tracked.
    private static void SendGarbage()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp);
        socket.SendTo([1, 2, 3, 4], new IPEndPoint(IPAddress.Parse("10.1.1.1"), 0));
    }

    private static long Sum(string[] words, string name) =>
        words
            .Where(word => word.StartsWith($"{name}=", StringComparison.Ordinal))
            .Sum(word => long.Parse(word[(name.Length + 1)..], CultureInfo.InvariantCulture));
}
