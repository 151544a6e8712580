using System.Net;
using System.Net.Sockets;

namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>Measures the synchronization of connections that open, carry a line and close, through real NAT.</summary>
internal sealed class ShortConnections(Measurements results, CancellationToken stop)
{
    private const int Count = 2000, FirstUserPort = 20_000;
    private const string ProxyAddress = "194.0.22.9", UserAddress = "10.1.1.1", MailServer = "4.1.1.1";

    // The router is also the user and the proxy, so mail leaves by the output hook and not by the prerouting hook.
    private const string Rules = """
        table ip mail_gateway {
            chain output {
                type nat hook output priority -100;
                ip daddr 4.1.1.1 tcp dport 25 dnat to 194.0.22.9:9199
            }
            chain postrouting {
                type nat hook postrouting priority srcnat;
                ip daddr 194.0.22.9 tcp dport 9199 snat to 194.0.1.1:1024-32767
            }
        }
        """;

    // At a few hundred connections a second, conntrackd sends most messages alone, which is the largest traffic. In a
    // burst, conntrackd reads and sends several messages at a time, which is the most that one thread can do.
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Runs the measurement twice, on new pairs: with pauses between connections and without.</summary>
    public void Run()
    {
        Run(string.Empty, _pause);
        Run("burst: ", TimeSpan.Zero);
    }

    private void Run(string prefix, TimeSpan pause)
    {
        using var pair = new RouterPair([ProxyAddress, "194.0.1.1", UserAddress]);
        pair.ActiveHost.Run(() =>
        {
            Tool.Run("nft", Rules);
            Tool.Run("ip", "route", "add", MailServer, "dev", "lo");
            using var table = new RouterTable();
            SyncCounters traffic = pair.Traffic;
            double activeTime = pair.Active.Processor, standbyTime = pair.Standby.Processor;
            Connect(pause);
            pair.Standby.AwaitEntries("external", Count, stop);
            table.Clear(); // as if the time-out of each entry had passed
            pair.Standby.AwaitEntries("external", 0, stop);
            traffic = pair.Traffic - traffic;
            Add($"{prefix}sync B", traffic.Bytes);
            Add($"{prefix}sync packets", traffic.Packets);
            Add($"{prefix}active us of CPU", pair.Active.Processor - activeTime);
            Add($"{prefix}standby us of CPU", pair.Standby.Processor - standbyTime);
        });
    }

    private void Connect(TimeSpan pause)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(IPEndPoint.Parse($"{ProxyAddress}:9199"));
        listener.Listen();
        Span<byte> line = stackalloc byte[5];
        for (int i = 0; i < Count; i++)
        {
            using var user = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            user.Bind(IPEndPoint.Parse($"{UserAddress}:{FirstUserPort + i}")); // a used port would share an entry
            user.Connect(IPEndPoint.Parse($"{MailServer}:25"));
            using Socket proxy = listener.Accept();
            proxy.Send("220\r\n"u8);
            user.Receive(line);
            stop.WaitHandle.WaitOne(pause);
        }
    }

    private void Add(string name, double sum) => results.Add(name, Count, sum / Count);
}
