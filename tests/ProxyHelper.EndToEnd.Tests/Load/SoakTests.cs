using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd.Load;

/// <summary>
/// Tests a long load while the conntrack table changes. PROXYHELPER_SOAK_SECONDS is the duration. The default is 10
/// seconds. Before a release it is 1800 seconds.
/// </summary>
[Trait("Promise", "correct-reply")]
[Trait("Promise", "table-changes")]
[Trait("Promise", "steady-memory")]
public sealed class SoakTests(PublishedDaemon daemon)
{
    private const int Connections = 64;

    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(int.Parse(
        Environment.GetEnvironmentVariable("PROXYHELPER_SOAK_SECONDS") ?? "10", CultureInfo.InvariantCulture));

    private long _checked;
    private long _found;
    private long _wrong;

    [Fact]
    public async Task No_reply_is_wrong_and_no_resource_grows()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--rate", "0");
        using var table = new ChurningTable(network, Connections);
        await LoadAsync(network, table, _duration / 5); // all code runs once before the measurement
        (int resident, int descriptors, int threads) = State(program);

        await LoadAsync(network, table, _duration * 4 / 5);

        (int residentAfter, int descriptorsAfter, int threadsAfter) = State(program);
        TestContext.Current.SendDiagnosticMessage(
            $"{_checked} replies, {_found} found, {_wrong} wrong; {table.Replaced} connections replaced; "
            + $"{resident} KiB, then {residentAfter} KiB");
        Assert.Equal(0, _wrong);
        Assert.InRange(_found, 1, _checked - 1); // there were replies of both kinds
        Assert.Equal((descriptors, threads), (descriptorsAfter, threadsAfter));
        Assert.InRange(residentAfter, 1, resident + 512);
        Assert.InRange(ProcessState.PeakKibibytes(program.Id), 1, 11 * 1024);
    }

    private static (int Resident, int Descriptors, int Threads) State(RunningProgram program) =>
    (
        ProcessState.ResidentKibibytes(program.Id),
        ProcessState.Descriptors(program.Id),
        ProcessState.Threads(program.Id));

    private Task LoadAsync(RouterNetwork network, ChurningTable table, TimeSpan duration) =>
        Task.WhenAll(Enumerable.Range(0, 4).Select(seed => QueryAsync(network, table, duration, new Random(seed))));

    private async Task QueryAsync(RouterNetwork network, ChurningTable table, TimeSpan duration, Random random)
    {
        using Socket socket = DaemonOnRouter.OpenProxySocket(network);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < duration)
        {
            int connection = random.Next(Connections);
            ChurningTable.Progress before = table.Read(connection);
            byte[] reply = await DaemonOnRouter.ExchangeAsync(socket, ChurningTable.Query(connection));
            int generation = ChurningTable.GenerationOf(reply, connection);
            bool isRight = generation >= 0 && ChurningTable.IsRight(generation, before, table.Read(connection));
            Interlocked.Increment(ref _checked);
            Interlocked.Add(ref _found, generation > 0 ? 1 : 0);
            Interlocked.Add(ref _wrong, isRight ? 0 : 1);
        }
    }
}
