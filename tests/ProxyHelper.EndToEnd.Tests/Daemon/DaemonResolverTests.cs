using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests the daemon with a table in a file, and with a command.</summary>
public sealed class DaemonResolverTests(PublishedDaemon daemon) : IDisposable
{
    private const StringComparison Exact = StringComparison.Ordinal;
    private const string Line =
        "tcp      6 431999 ESTABLISHED src=10.1.1.1 dst=4.1.1.2 sport=20000 dport=25 "
        + "src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=3527 [ASSURED] mark=0 use=1\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxy-helper-resolver-");

    private string Table => Path.Combine(_folder.FullName, "table");

    private string Mark => Path.Combine(_folder.FullName, "mark");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_daemon_answers_from_a_table_and_reads_the_next_one()
    {
        Replace(Line);
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(
            network, daemon, "--table", Table, "--table-max-age", "86400"); // the daemon may have to be published first
        await program.AwaitAsync($"Connections are looked up with the table {Table}, and not in the kernel.");
        await DaemonOnRouter.AssertAnswersAsync(network);
        Replace(Line.Replace("10.1.1.1", "10.1.1.2", StringComparison.Ordinal) + Line); // which of the two is not known
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        byte[] query = TrackedConnection.Query();
        while ((await DaemonOnRouter.ExchangeAsync(proxy, query)).SequenceEqual(TrackedConnection.Found(query)))
        {
            Assert.False(program.Output.Contains("Stopped", StringComparison.Ordinal));
        }

        await program.AwaitAsync("The resolver gave different answers. The query from 194.0.22.9 was answered");
        await StopAsync(program);
    }

    [Fact]
    public async Task A_command_answers_without_privileges_of_the_daemon()
    {
        Replace(Line);
        _folder.UnixFileMode |= UnixFileMode.OtherExecute | UnixFileMode.OtherWrite;
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(
            network, daemon, "--user", "nobody", "--resolver-command", "sh", "--resolver-command=-c",
            "--resolver-command", $"cat /proc/self/status > {Mark}; echo \"$@\" >> {Mark}; cat {Table}",
            "--resolver-command", "sh", "--resolver-command", "{source}", "--resolver-command", "{destination}");
        await DaemonOnRouter.AssertAnswersAsync(network);
        string status = await File.ReadAllTextAsync(Mark, Patience.Token());
        Assert.Contains("CapEff:\t0000000000000000", status, StringComparison.Ordinal);
        Assert.Contains("CapAmb:\t0000000000000000", status, StringComparison.Ordinal);
        Assert.Contains("SigBlk:\t0000000000000000", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.EndsWith("\n194.0.1.1:3527 194.0.22.9:9199\n", status, StringComparison.Ordinal);
        await StopAsync(program);
    }

    [Fact]
    [Trait("Promise", "resolver-isolation")]
    public async Task A_command_that_hangs_is_killed_and_keeps_no_other_query_and_no_stop_waiting()
    {
        Replace(Line);
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(
            network, daemon, "--trust", "194.0.22.9", "--resolver-command", "sh", "--resolver-command=-c",
            "--resolver-command", $"[ $0 = 3527 ] && exec cat {Table}; trap '' TERM; echo $$ > {Mark}; sleep 600",
            "--resolver-command", "{sourcePort}");
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        await proxy.SendAsync(QueryAbout("194.0.1.1:1"), Patience.Token());
        await DaemonOnRouter.AssertAnswersAsync(network); // while the first program hangs
        await program.AwaitAsync("The resolver took too long. The query from 194.0.22.9 was answered");
        await proxy.SendAsync(QueryAbout("194.0.1.1:2"), Patience.Token());
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, program.WaitForExit(TimeSpan.FromSeconds(5)));
        Assert.DoesNotContain(Directory.GetDirectories("/proc"), IsOwnSleep);
    }

    [Theory]
    [InlineData("--table", "/nowhere/table", "--table: There is no file /nowhere/table.")]
    [InlineData("--resolver-command", "/nowhere/program", "There is no program '/nowhere/program'.")]
    public async Task A_missing_source_ends_the_start_and_fails_the_check(string option, string value, string message)
    {
        using var network = RouterNetwork.Create();
        using RunningProgram start = DaemonOnRouter.Begin(network, daemon, "-I", "194.0.1.1", option, value);
        Assert.Equal(1, await start.ExitAsync());
        Assert.Contains(message, start.Output, StringComparison.Ordinal);
        using RunningProgram check = DaemonOnRouter.Begin(network, daemon, "-I", "194.0.1.1", option, value, "--check");
        Assert.Equal(1, await check.ExitAsync());
        Assert.Contains("Failed", check.Output, StringComparison.Ordinal);
        Assert.Contains(message, check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_too_old_or_has_a_fault_is_a_warning_of_the_start_and_the_check()
    {
        Replace(Line + "broken line\n");
        File.SetLastWriteTimeUtc(Table, DateTime.UtcNow.AddHours(-1));
        using var network = RouterNetwork.Create();
        using RunningProgram start = await DaemonOnRouter.StartAsync(network, daemon, "--table", Table);
        using RunningProgram check = DaemonOnRouter.Begin(
            network, daemon, "-I", "194.0.1.1", "--table", Table, "--check");
        await check.ExitAsync();
        foreach (string output in new[] { start.Output, check.Output })
        {
            string text = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            Assert.Contains("every query is answered \"not found\". The setting table-max-age", text, Exact);
            Assert.Contains("the table has a fault: line 2", text, Exact);
        }

        await StopAsync(start);
    }

    private static byte[] QueryAbout(string source) =>
        QueryDatagram.Query(TransportEndPoint.Parse(source), TransportEndPoint.Parse("194.0.22.9:9199"));

    private static async Task StopAsync(RunningProgram program)
    {
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
    }

    private bool IsOwnSleep(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/cmdline").Contains(_folder.FullName, StringComparison.Ordinal);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false; // the process has ended
        }
    }

    private void Replace(string text)
    {
        File.WriteAllText($"{Table}.new", text);
        File.Move($"{Table}.new", Table, overwrite: true);
    }
}
