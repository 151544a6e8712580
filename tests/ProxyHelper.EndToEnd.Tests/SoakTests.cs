using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// Load for a long time, while the table changes under it. PROXYHELPER_SOAK_SECONDS makes it longer than the ten seconds that it
/// lasts by default; before a release it is 1800.
/// </summary>
public sealed class SoakTests(PublishedDaemon daemon)
{
    private const int Connections = 64;

    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("PROXYHELPER_SOAK_SECONDS") ?? "10", CultureInfo.InvariantCulture));

    private long _checked;
    private long _found;
    private long _wrong;

    [Fact]
    public async Task No_answer_is_ever_wrong_and_nothing_grows()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--rate", "0");
        using var table = new ChurningTable(network, Connections);
        await LoadAsync(network, table, _duration / 5); // until every part of it has run
        (int resident, int descriptors, int threads) = State(program);

        await LoadAsync(network, table, _duration * 4 / 5);

        (int residentAfter, int descriptorsAfter, int threadsAfter) = State(program);
        TestContext.Current.SendDiagnosticMessage(
            $"{_checked} answers checked, {_found} found, {_wrong} wrong; {table.Replaced} connections replaced; {resident} KiB, then {residentAfter} KiB");
        Assert.Equal(0, _wrong);
        Assert.InRange(_found, 1, _checked - 1); // both kinds of answers were met
        Assert.Equal((descriptors, threads), (descriptorsAfter, threadsAfter));
        Assert.InRange(residentAfter, 1, resident + 512);
        Assert.InRange(ProcessState.PeakKibibytes(program.Id), 1, 8 * 1024);
    }

    private static (int Resident, int Descriptors, int Threads) State(RunningProgram program) =>
        (ProcessState.ResidentKibibytes(program.Id), ProcessState.Descriptors(program.Id), ProcessState.Threads(program.Id));

    private Task LoadAsync(RouterNetwork network, ChurningTable table, TimeSpan duration) =>
        Task.WhenAll(Enumerable.Range(0, 4).Select(asker => AskAsync(network, table, duration, new Random(asker))));

    private async Task AskAsync(RouterNetwork network, ChurningTable table, TimeSpan duration, Random random)
    {
        using Socket socket = DaemonOnRouter.OpenAsker(network);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < duration)
        {
            int connection = random.Next(Connections);
            ChurningTable.Progress before = table.Read(connection);
            byte[] reply = await DaemonOnRouter.ExchangeAsync(socket, ChurningTable.Query(connection));
            int given = ChurningTable.GenerationOf(reply, connection);
            bool isRight = given >= 0 && ChurningTable.IsRight(given, before, table.Read(connection));
            Interlocked.Increment(ref _checked);
            Interlocked.Add(ref _found, given > 0 ? 1 : 0);
            Interlocked.Add(ref _wrong, isRight ? 0 : 1);
        }
    }
}
