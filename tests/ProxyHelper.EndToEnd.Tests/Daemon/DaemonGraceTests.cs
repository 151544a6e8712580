using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests queries that arrive after the address of the daemon, and before the conntrack entries.</summary>
[Trait("Promise", "failover-grace")]
public sealed class DaemonGraceTests(PublishedDaemon daemon)
{
    private const int Counters = 10; // SIGUSR1

    [Fact]
    public void A_query_waits_for_its_entry_after_the_address_has_appeared() =>
        With(grace: 60, (program, table, proxy) =>
        {
            Await(program, "The address 194.0.1.1 appeared. For 60 s, a query whose connection is not found waits");
            byte[] query = TrackedConnection.Query();
            proxy.SendTo(query, IPEndPoint.Parse("194.0.1.1:114"));
            const string Waited = " 1 waited in a failover grace";
            for (int times = 1; !program.Output.Contains(Waited, StringComparison.Ordinal); times++)
            {
                program.Signal((PosixSignal)Counters);
                program.AwaitTimes(times, "Counters since the start");
            }

            Assert.Equal(0, proxy.Available);
            table.Add(TrackedConnection.Flow);
            Assert.Equal(TrackedConnection.Found(query), Receive(proxy));
            program.Signal(PosixSignal.SIGTERM);
            Await(program, "Stopped. Counters since the start: ");
            Assert.Contains(
                " 1 waited in a failover grace, 1 of them found.", program.Output, StringComparison.Ordinal);
        });

    [Fact]
    public void Without_a_grace_the_daemon_answers_at_once() => With(grace: 0, (program, _, proxy) =>
    {
        proxy.SendTo(TrackedConnection.Query(), IPEndPoint.Parse("194.0.1.1:114"));
        Assert.Equal(0x22, Receive(proxy)[15]);
        Assert.DoesNotContain("appeared", program.Output, StringComparison.Ordinal);
    });

    private static void Await(RunningProgram program, string words) =>
        program.AwaitAsync(words).GetAwaiter().GetResult();

    private static byte[] Receive(Socket proxy)
    {
        byte[] buffer = new byte[256];
        int length = proxy.ReceiveAsync(buffer, Patience.Token()).AsTask().GetAwaiter().GetResult();
        return buffer[..length];
    }

    /// <summary>Starts a daemon whose address this host does not have yet, and adds the address.</summary>
    private void With(int grace, Action<RunningProgram, ConntrackFixture, Socket> body) => NetworkNamespace.Run(
        () =>
        {
            using ConntrackFixture table = ConntrackFixture.Open();
            string seconds = grace.ToString(CultureInfo.InvariantCulture);
            using RunningProgram program = RunningProgram.Start(
                daemon.Program, "-I", "194.0.1.1", "--allow-absent-address", "--max-delay", "60",
                "--failover-grace", seconds);
            Await(program, "Listening on UDP 194.0.1.1:114");
            Tool.Run("ip", "address", "add", "194.0.1.1/32", "dev", "lo");
            using var proxy = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            proxy.Bind(IPEndPoint.Parse("194.0.22.9:0"));
            body(program, table, proxy);
        },
        "194.0.22.9");
}
