using System.Runtime.InteropServices;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Netlink;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests what happens to queries when the socket to the conntrack table fails.</summary>
[Trait("Promise", "netlink-faults")]
public sealed class NetlinkTroubleTests
{
    private const int Queries = UdpServer.BatchSize;

    [Fact]
    public void Lost_answers_are_requested_again_once() => Router.With(() =>
    {
        // The smallest buffer of the kernel has room for a few of the 32 answers, so each attempt ends with ENOBUFS.
        AddConnections();
        using var asker = new Asker();
        QuerySocket socket = QuerySocket.Open(Asker.Helper());
        for (int i = 0; i < Queries; i++)
        {
            asker.Send(Query(i), Asker.Helper());
        }

        using var run = new UdpServerRun(socket, ConntrackTable.Open(UdpServer.BatchSize, receiveBuffer: 1));
        for (int i = 0; i < Queries; i++)
        {
            Assert.Equal(NotFound(i), asker.Receive(out _));
        }

        AssertOneNotice(run, "(ENOBUFS)");
        for (int i = 0; i < Queries; i++)
        {
            Assert.Equal(Found(i), asker.Ask(Query(i), Asker.Helper())); // there is room for one answer
        }

        Assert.Equal(
            new ResponderCounts
            {
                [Outcome.FailedLookup] = Queries,
                [Outcome.Found] = Queries,
                [Outcome.TableReopening] = 2,
            },
            run.Counters.Read());
        AssertOneNotice(run, "succeed again");
    });

    [Fact]
    public void A_broken_socket_is_replaced_without_a_lost_reply() => Router.With(() =>
    {
        using var asker = new Asker();
        ConntrackTable table = ConntrackTable.Open(UdpServer.BatchSize);
        using var run = new UdpServerRun(QuerySocket.Open(Asker.Helper()), table);
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));

        Sabotage.Kill(table.Socket.Handle);

        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        Assert.Equal(new ResponderCounts { [Outcome.Found] = 3, [Outcome.TableReopening] = 1 }, run.Counters.Read());
        Assert.False(run.Journal.Reader.TryRead(out _)); // there is nothing to do for an administrator
    });

    [Fact]
    [Trait("Promise", "own-query")]
    public void An_unexpected_answer_is_ignored() => Router.With(() =>
    {
        using var asker = new Asker();
        ConntrackTable table = ConntrackTable.Open(UdpServer.BatchSize);
        SendLookup(table.Socket, sequence: 4711); // the answer waits in the table's socket
        using var run = new UdpServerRun(QuerySocket.Open(Asker.Helper()), table);

        Assert.Equal(NotFound(1), asker.Ask(Query(1), Asker.Helper()));
        SendLookup(table.Socket, sequence: 4712);
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));

        Assert.Equal(
            new ResponderCounts { [Outcome.NotFound] = 1, [Outcome.Found] = 1, [Outcome.TableReopening] = 2 },
            run.Counters.Read());
        Assert.False(run.Journal.Reader.TryRead(out _));
    });

    [Fact]
    public void Signals_interrupt_no_query() => Router.With(() =>
    {
        // Without a handler the kernel ignores the signal.
        using PosixSignalRegistration handler = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => { });
        using var asker = new Asker();
        using var run = new UdpServerRun(QuerySocket.Open(Asker.Helper()));
        bool isOver = false;
        var storm = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                Sabotage.InterruptAllThreads();
            }
        });
        storm.Start();
        try
        {
            for (int i = 0; i < 2000; i++)
            {
                Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            storm.Join();
        }

        Assert.Equal(new ResponderCounts { [Outcome.Found] = 2000 }, run.Counters.Read());
    });

    /// <summary>Sends a look-up of the router's connection, whose answer stays unread.</summary>
    private static void SendLookup(NetlinkSocket socket, uint sequence)
    {
        byte[] request = new byte[ConntrackRequest.MaximumSize];
        var writer = new NetlinkWriter(request);
        ConntrackTuple reply = new(
            IPProtocol.Tcp, TransportEndPoint.Parse("194.0.22.9:9199"), TransportEndPoint.Parse("194.0.1.1:3527"));
        ConntrackRequest.WriteGet(ref writer, sequence, reply);
        socket.Send(request.AsSpan(0, writer.Length));
    }

    /// <summary>Adds a connection for each query: 10.1.1.1:5120 + i, translated to 194.0.1.1:512 + i.</summary>
    private static void AddConnections()
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(
            Enumerable.Range(0, Queries).Select(
                i => ConntrackFlow.Tcp(
                    $"10.1.1.1:{5120 + i}", "4.1.1.2:25", "194.0.22.9:9199", $"194.0.1.1:{512 + i}")));
    }

    private static byte[] Query(int i) => Datagrams.Query.With(4, 0, 0, 0, (byte)i).With(24, 2, (byte)i);

    private static byte[] NotFound(int i) => Datagrams.NotFound.With(4, 0, 0, 0, (byte)i).With(24, 2, (byte)i);

    private static byte[] Found(int i) => Datagrams.Found.With(4, 0, 0, 0, (byte)i).With(24, 20, (byte)i);

    private static void AssertOneNotice(UdpServerRun run, string words)
    {
        Assert.True(run.Journal.Reader.TryRead(out ServerNotice? notice));
        Assert.Contains(words, notice.Message, StringComparison.Ordinal);
        Assert.False(run.Journal.Reader.TryRead(out _));
    }
}
