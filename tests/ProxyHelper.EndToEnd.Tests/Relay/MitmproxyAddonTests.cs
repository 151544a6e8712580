using System.Net;
using System.Text.RegularExpressions;
using ProxyHelper.EndToEnd.Relay.Receivers;
using ProxyHelper.TestSupport;
using ProxyHelper.TestSupport.Pair;
using ProxyHelper.TestSupport.Relay;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay;

/// <summary>Tests docs/relay/mitmproxy_helper.py with the command of docs/relay.md.</summary>
public sealed class MitmproxyAddonTests(PublishedDaemon daemon)
{
    [Fact]
    public async Task Every_user_reaches_the_original_server_and_the_log_has_both_original_ends()
    {
        using RelaySite site = await RelaySite.OpenAsync(daemon);
        using var folder = new ReceiverFolder();
        using RunningProgram proxy = await StartAsync(site.Network, folder);

        IReadOnlyCollection<WebVisit> visits = await site.VisitAsync(200, isEncrypted: true);

        Assert.All(visits, visit => Assert.True(visit.IsFromServer, $"{visit}"));
        Assert.All(visits, visit => Assert.Equal(visit.Server.Port == 443, visit.Issuer is not null));
        Assert.DoesNotContain(visits, visit => visit.Issuer == "CN=server.example"); // mitmproxy has read the bytes
        Assert.Equal(
            visits.Select(visit => visit.Ends).Order(StringComparer.Ordinal),
            proxy.Output.Split('\n').Where(line => line.Contains(" -> ", StringComparison.Ordinal))
                .Select(line => line.Split(" is ")[0]).Order(StringComparer.Ordinal));
        // A flow names the user: a line of the request begins with the client.
        Assert.All(visits, visit => Assert.Contains($"{visit.Source}: GET ", proxy.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("helper_routers=194.0.1.1", "helper_routers=194.0.1.2", "194.0.1.1 is not in helper_routers")]
    [InlineData("helper_routers=194.0.1.1", "helper_routers=194.0.1.1 --set helper_port=115", "cannot be reached")]
    public async Task A_connection_without_a_reply_is_closed(string words, string others, string reason)
    {
        using RelaySite site = await RelaySite.OpenAsync(daemon);
        using var folder = new ReceiverFolder();
        using RunningProgram proxy = await StartAsync(site.Network, folder, words, others);

        Assert.Equal(string.Empty, await VisitAsync(site.Network, WebServers.EndPoints[0]));

        await proxy.AwaitAsync(reason);
        Assert.DoesNotContain("server connect", proxy.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_the_router_did_not_redirect_is_closed()
    {
        using RelaySite site = await RelaySite.OpenAsync(daemon);
        using var folder = new ReceiverFolder();
        using RunningProgram proxy = await StartAsync(site.Network, folder);

        // SNAT also translates users who connect to the proxy itself, so only their destination shows them.
        Assert.Equal(string.Empty, await VisitAsync(site.Network, IPEndPoint.Parse(RelayNetwork.RelayEndPoint)));

        await proxy.AwaitAsync("Closed a connection from 194.0.1.1:");
        Assert.DoesNotContain("server connect", proxy.Output, StringComparison.Ordinal);
    }

    /// <summary>Connects a user, and returns what the user reads before the connection ends.</summary>
    private static async Task<string> VisitAsync(RelayNetwork network, IPEndPoint server)
    {
        try
        {
            using WebUser user = await WebUser.ConnectAsync(
                network, IPEndPoint.Parse("10.1.1.1:20000"), server, isEncrypted: false);
            return await user.GetAsync("one.example");
        }
        catch (IOException)
        {
            return string.Empty; // a reset
        }
    }

    private static async Task<RunningProgram> StartAsync(
        RelayNetwork network, ReceiverFolder folder, string words = "", string others = "")
    {
        Requirement.Tool("mitmdump");
        string command = ReceiverFolder.ReadBlock("sh", "mitmdump").Replace("\\\n", " ", StringComparison.Ordinal);
        string documented = words.Length == 0 ? command : command.Replace(words, others, StringComparison.Ordinal);
        string[] arguments = [.. Regex.Split(documented.Trim(), " +").Skip(1).Select(Absolute)];
        RunningProgram program = network.Proxy.Run(() => RunningProgram.Start(
            Requirement.Find("mitmdump")!,
            [.. arguments, "--set", $"confdir={folder.PathOf("mitmproxy")}", "--ssl-insecure"]));
        try
        {
            await Until.HoldsAsync(
                "mitmproxy listens", () => network.Proxy.Run(() => Receiver.IsListening(RelayNetwork.RelayEndPoint)));
            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    // The package has the folder docs at this path.
    private static string Absolute(string argument) => argument.Replace(
        "/usr/share/doc/proxy-helper/", $"{Repository.Root}/docs/", StringComparison.Ordinal);
}
