using ProxyHelper.Diagnosis;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>Tests which entries of the kernel the checks count.</summary>
public sealed class EntryCountsTests
{
    [Fact]
    public void Only_established_mail_connections_to_a_proxy_are_counted_besides_all_entries() =>
        NetworkNamespace.Run(() =>
        {
            Requirement.Tool("conntrack");
            Add("25", "194.0.22.9", "ESTABLISHED");
            Add("25", "194.0.22.9", "TIME_WAIT"); // conntrackd may leave such entries out
            Add("80", "194.0.22.8", "ESTABLISHED"); // a web server, which another rule moves to a flow table
            Add("25", "", "ESTABLISHED"); // not translated
            Tool.Run(
                "conntrack", "-I", "-p", "udp", "-s", "10.1.1.1", "-d", "9.9.9.9", "--sport", "53", "--dport", "53",
                "-t", "60");
            Assert.Equal(new EntryCounts(5, 1, 0), EntryCounts.TryCount(25, TestContext.Current.CancellationToken));
        });

    private static void Add(string port, string proxy, string state) => Tool.Run(
        "conntrack",
        [
            "-I", "-p", "tcp", "-s", "10.1.1.1", "-d", "192.0.2.9", "--sport", $"{1000 + state.Length + proxy.Length}",
            "--dport", port, "--state", state, "-u", "SEEN_REPLY,ASSURED", "-t", "600",
            .. proxy.Length == 0 ? [] : (string[])["--dst-nat", proxy],
        ]);
}
