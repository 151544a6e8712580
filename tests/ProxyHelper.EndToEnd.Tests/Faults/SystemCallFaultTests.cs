using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Faults;

/// <summary>
/// Tests the daemon while its system calls fail. No reply is wrong, each query is counted, and the daemon answers
/// correctly and stops as usual when the fault is over.
/// </summary>
[Trait("Promise", "socket-faults")]
public sealed partial class SystemCallFaultTests(PublishedDaemon daemon)
{
    private const int Queries = 20;
    private const string FoundOverTcp = "3527 , 9199 : ORIGIN : 4.1.1.2 : 25 : 10.1.1.1\r\n";

    [Theory]
    [InlineData("recvmmsg:error=EINTR:when=1..40")]
    [InlineData("recvmmsg:error=EAGAIN:when=1..40+2")]
    [InlineData("recvmmsg:error=ENOBUFS:when=1..40+2")]
    [InlineData("recvmmsg:error=ENOBUFS:when=1..40")]
    [InlineData("recvmmsg:error=ENOMEM:when=1..40+3")]
    [InlineData("recvmmsg:error=ENETDOWN:when=1..40")]
    [InlineData("recvmmsg:error=ECONNREFUSED:when=1..40+2")]
    [InlineData("recvmmsg:retval=0:when=1..40+2")]
    [InlineData("sendmmsg:error=EINTR:when=1..40")]
    [InlineData("sendmmsg:error=EAGAIN:when=1..9")]
    [InlineData("sendmmsg:error=ENOBUFS:when=1..40+2")]
    [InlineData("sendmmsg:error=ENOMEM:when=1..9")]
    [InlineData("sendmmsg:error=EPERM:when=1..9")]
    [InlineData("sendmmsg:error=ENETUNREACH:when=1..9")]
    [InlineData("sendmmsg:retval=0:when=1..9")]
    [InlineData("sendto:error=EINTR:when=1..40")]
    [InlineData("sendto:error=EAGAIN:when=1..40")]
    [InlineData("sendto:error=ENOBUFS:when=1..40")]
    [InlineData("sendto:error=ENOBUFS:when=1..40+2")]
    [InlineData("sendto:error=ENOMEM:when=1..40+3")]
    [InlineData("sendto:error=ECONNREFUSED:when=1..40")]
    [InlineData("sendto:error=EPERM:when=1..40")]
    [InlineData("sendto:retval=8:when=1..40+2")]
    [InlineData("sendto:error=ENOBUFS:when=1..9 socket:error=EMFILE:when=1..9")]
    [InlineData("sendto:error=ENOBUFS:when=1..9 socket:error=ENFILE:when=1..9+2")]
    [InlineData("sendto:error=ENOBUFS:when=1..9 socket:error=ENOMEM:when=1..9")]
    [InlineData("sendto:error=ENOBUFS:when=1..9 setsockopt:error=ENOMEM:when=1..9")]
    [InlineData("sendto:error=ENOBUFS:when=1..9 bind:error=ENOMEM:when=1..9")]
    [InlineData("sendto:error=ENOBUFS:when=1..9 connect:error=ENOBUFS:when=1..9")]
    [InlineData("/^epoll_p?wait$:error=EINTR:when=1..40")]
    [InlineData("/^p?poll$:error=EINTR:when=1..40")]
    [InlineData("/^p?poll$:error=ENOMEM:when=1..3")]
    [InlineData("/^p?poll$:error=EAGAIN:when=1..3")]
    [InlineData("write:error=EIO:when=1..40")]
    [InlineData("write:error=ENOSPC:when=1..40")]
    [InlineData("write:error=EAGAIN:when=1..40+2")]
    [InlineData("write:error=EINTR:when=1..40")]
    [InlineData("write:retval=1:when=1..9")]
    [Trait("Promise", "netlink-faults")]
    public async Task No_reply_is_wrong_and_each_query_is_counted_over_UDP(string faults)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await StartAsync(network);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        using (Injection injection = await Injection.BeginAsync(program, faults))
        {
            for (uint i = 0; i < Queries; i++)
            {
                proxy.Send(Query(i));
            }

            await injection.AwaitFaultAsync();
            await injection.EndAsync();
        }

        // The queries of a proxy wait in one queue, so the earlier ones are finished when this one is answered.
        using Socket later = DaemonOnRouter.OpenProxySocket(network);
        Assert.Equal(Found(Queries), await DaemonOnRouter.ExchangeAsync(later, Query(Queries)));

        int replies = await ReadRepliesAsync(proxy);
        Dictionary<string, int> counters = ReadCounters(network);
        Assert.Equal(Queries + 1, counters.Where(pair => pair.Key.Contains("queries", Exact)).Sum(pair => pair.Value));
        int answered = Of("found") + Of("not_found") + Of("failed");
        Assert.Equal(Queries + 1, answered);
        Assert.Equal(answered - counters["proxyhelper_replies_unsent_total"], replies + 1);
        await AssertStopsAsync(program);

        int Of(string outcome) => counters[$"proxyhelper_queries_total{{outcome=\"{outcome}\"}}"];
    }

    [Theory]
    [InlineData("accept4:error=EMFILE:when=1..3")]
    [InlineData("accept4:error=ENFILE:when=1..3+2")]
    [InlineData("accept4:error=ENOBUFS:when=1..3")]
    [InlineData("accept4:error=ENOMEM:when=1..3")]
    [InlineData("accept4:error=ECONNABORTED:when=1..3")]
    [InlineData("accept4:error=EPERM:when=1..3")]
    [InlineData("accept4:error=EINTR:when=1..40")]
    [InlineData("accept4:error=EAGAIN:when=1..9")]
    [InlineData("epoll_ctl:error=ENOMEM:when=1..3")]
    [InlineData("epoll_ctl:error=ENOSPC:when=1..3+2")]
    [InlineData("recvfrom:error=EINTR:when=1..40")]
    [InlineData("recvfrom:error=EAGAIN:when=1..9")]
    [InlineData("recvfrom:error=ECONNRESET:when=1..3")]
    [InlineData("recvfrom:error=ENOMEM:when=1..3+2")]
    [InlineData("getsockname:error=ENOBUFS:when=1..3")]
    [InlineData("sendto:error=EINTR:when=1..40")]
    [InlineData("sendto:error=ENOBUFS:when=1..9")]
    [InlineData("sendto:error=EPIPE:when=1..9+2")]
    [InlineData("sendto:retval=3:when=1..9+2")]
    [InlineData("shutdown:error=ENOTCONN:when=1..3")]
    [InlineData("/^epoll_p?wait$:error=EINTR:when=1..40")]
    [InlineData("recvmmsg:error=ENOBUFS:when=1..9")]
    [Trait("Promise", "tcp-clients")]
    public async Task No_reply_is_wrong_over_TCP(string faults)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await StartAsync(network);
        Task<string>[] early;
        using (Injection injection = await Injection.BeginAsync(program, faults))
        {
            early = [.. Enumerable.Range(0, 5).Select(_ => AskOverTcpAsync(network.Proxy))];
            await injection.AwaitFaultAsync();
            await injection.EndAsync();
        }

        Assert.All(await Task.WhenAll(early), reply => Assert.True(
            reply is FoundOverTcp or "" or "3527 , 9199 : ERROR : UNKNOWN-ERROR\r\n", reply));
        Assert.Equal(FoundOverTcp, await AskOverTcpAsync(network.Proxy));
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        Assert.Equal(Found(1), await DaemonOnRouter.ExchangeAsync(proxy, Query(1)));
        await AssertStopsAsync(program);
    }

    [Theory]
    [InlineData("socket:error=EMFILE:when=1+")]
    [InlineData("socket:error=ENOMEM:when=4+")]
    [InlineData("socket:error=EAFNOSUPPORT:when=1+")]
    [InlineData("bind:error=ENOMEM:when=1+")]
    [InlineData("bind:error=EACCES:when=4+")]
    [InlineData("listen:error=ENOBUFS:when=1+")]
    [InlineData("epoll_create1:error=EMFILE:when=1+")]
    [InlineData("epoll_ctl:error=ENOMEM:when=3+")]
    [InlineData("eventfd2:error=EMFILE:when=1+")]
    [InlineData("sendto:error=ENOBUFS:when=1+")]
    [InlineData("recvmmsg:error=ENOMEM:when=1+")]
    public async Task A_start_that_fails_says_why_and_leaves_nothing(string faults)
    {
        using var network = RouterNetwork.Create();
        string trace = daemon.NewPath(), pidFile = daemon.NewPath(), path = daemon.Program;
        string[] arguments = ["-I", "194.0.1.1", "--tcp-port", "114", "--allow", "194.0.22.9", "-p", pidFile];

        using RunningProgram program = network.Router.Run(() => RunningProgram.Start(
            "strace", ["-D", "-f", "-qq", "-o", trace, .. Injection.Options(faults), path, .. arguments]));

        Assert.Equal(1, await program.ExitAsync());
        Assert.StartsWith("proxy-helper: ", Assert.Single(program.Output.Trim().Split('\n')), Exact);
        Assert.False(File.Exists(pidFile));
        Assert.Contains("(INJECTED)", await File.ReadAllTextAsync(trace, Patience.Token()), Exact);
    }

    private const StringComparison Exact = StringComparison.Ordinal;

    private Task<RunningProgram> StartAsync(RouterNetwork network)
    {
        Requirement.Tool("strace");
        return DaemonOnRouter.StartAsync(
            network, daemon, "--tcp-port", "114", "--metrics", "127.0.0.1:9114", "--max-delay", "60", "-v");
    }

    private static byte[] Query(uint cookie) => TrackedConnection.Query(secret: 0, cookie);

    private static byte[] Found(uint cookie) => TrackedConnection.Found(Query(cookie));

    /// <summary>Reads the replies that have arrived. Each is the right one or "not found", for another query.</summary>
    private static async Task<int> ReadRepliesAsync(Socket proxy)
    {
        var cookies = new HashSet<uint>();
        while (proxy.Poll(0, SelectMode.SelectRead))
        {
            byte[] reply = await DaemonOnRouter.ReceiveAsync(proxy);
            uint cookie = BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(4));
            Assert.True(cookie < Queries && cookies.Add(cookie), $"a second or unknown reply {cookie}");
            byte[] query = Query(cookie);
            query[15] = 0x22; // the flags of "not found"
            Assert.Equal(reply[15] == 0x12 ? Found(cookie) : query, reply);
        }

        return cookies.Count;
    }

    private static async Task<string> AskOverTcpAsync(NetworkHost host)
    {
        using Socket proxy = host.OpenSocket(IPEndPoint.Parse("194.0.22.9:0"), SocketType.Stream);
        try
        {
            await proxy.ConnectAsync(IPEndPoint.Parse("194.0.1.1:114"), Patience.Token());
            await proxy.SendAsync("3527 , 9199\r\n"u8.ToArray(), Patience.Token());
            return await UserConnection.ReadToEndAsync(proxy);
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.ConnectionReset)
        {
            return string.Empty;
        }
    }

    private static Dictionary<string, int> ReadCounters(RouterNetwork network)
    {
        const string scrape = "exec 3<>/dev/tcp/127.0.0.1/9114; "
            + @"printf 'GET /metrics HTTP/1.1\r\nHost: router\r\nConnection: close\r\n\r\n' >&3; cat <&3";
        string text = network.Router.Run(() => Tool.Run("bash", "-c", scrape));
        return Counter().Matches(text).ToDictionary(
            match => match.Groups["name"].Value,
            match => int.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
    }

    private static async Task AssertStopsAsync(RunningProgram program)
    {
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
    }

    [GeneratedRegex(@"^(?<name>proxyhelper_\w+_total(\{[^}]*\})?) (?<value>\d+)\r?$", RegexOptions.Multiline)]
    private static partial Regex Counter();
}
