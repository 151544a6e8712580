using System.Diagnostics;
using System.Globalization;
using ProxyHelper.Sources;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Sources;

/// <summary>Runs real programs, in the way of Linux and in the way of other systems.</summary>
public sealed class CommandResolverTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Table => Path.Combine(_folder.FullName, "table");

    private string Mark => Path.Combine(_folder.FullName, "mark");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_table_that_a_program_writes_is_the_answer(bool isLinuxWay)
    {
        await File.WriteAllTextAsync(Table, $"{SourceSample.Line}\n", Patience.Token());
        using CommandResolver resolver = Create(isLinuxWay, "cat", Table);
        SourceSample.AssertFound(await AskAsync(resolver));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Promise", "safe-commands")]
    public async Task The_arguments_get_the_ends_of_the_query_and_no_shell_reads_them(bool isLinuxWay)
    {
        using CommandResolver resolver = Create(
            isLinuxWay,
            "sh", "-c", "printf '%s|' \"$@\" > \"$0\"", Mark,
            "{protocol}", "--from={source}", "{destination}", "{sourceAddress} {sourcePort}",
            "{destinationAddress}:{DestinationPort}", "$(touch {source})", "{print $1}", "*", "");
        ResolverAnswer answer = await AskAsync(resolver);

        Assert.Equal(ResolverAnswer.NotFound, answer);
        Assert.Equal(
            "tcp|--from=194.0.1.1:20119|194.0.22.9:9199|194.0.1.1 20119|194.0.22.9:9199|"
            + "$(touch 194.0.1.1:20119)|{print $1}|*||",
            await File.ReadAllTextAsync(Mark, Patience.Token()));
    }

    [Theory]
    [InlineData(true, "exit 3", "ended with exit status 3")]
    [InlineData(false, "exit 3", "ended with exit status 3")]
    [InlineData(true, "echo 'no route' >&2; cat {table}; exit 255", "exit status 255: no route")]
    [InlineData(false, "echo 'no route' >&2; cat {table}; exit 255", "exit status 255: no route")]
    [InlineData(true, "kill -TERM $$", "was ended by signal 15")]
    public async Task A_program_that_fails_gives_no_answer(bool isLinuxWay, string script, string reason)
    {
        await File.WriteAllTextAsync(Table, $"{SourceSample.Line}\n", Patience.Token());
        using CommandResolver resolver = Create(
            isLinuxWay, "sh", "-c", script.Replace("{table}", Table, StringComparison.Ordinal));
        SourceSample.AssertFault(ResolverFault.Failed, reason, await AskAsync(resolver));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Promise", "resolver-limits")]
    public async Task A_flood_of_output_or_errors_is_bounded(bool isLinuxWay)
    {
        using CommandResolver output = Create(isLinuxWay, "yes", SourceSample.Line);
        SourceSample.AssertFault(ResolverFault.Failed, "wrote more than 32 MiB", await AskAsync(output));
        using CommandResolver errors = Create(
            isLinuxWay, "sh", "-c", "yes flood | head -c 50000000 >&2; exit 9");
        ResolverAnswer answer = await AskAsync(errors);
        SourceSample.AssertFault(ResolverFault.Failed, "exit status 9: flood flood", answer);
        Assert.InRange(answer.Reason!.Length, 1, 400);
        await AssertNoneRunsAsync(output);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Promise", "resolver-limits")]
    public async Task A_program_that_hangs_is_killed_with_the_programs_that_it_started(bool isLinuxWay)
    {
        using CommandResolver resolver = Create(isLinuxWay, "sh", "-c", $"sleep 600 & echo $! > {Mark}; wait");
        using var late = new CancellationTokenSource();
        Task<ResolverAnswer> asking = resolver.ResolveAsync(SourceSample.Query, late.Token);
        int child = await ReadMarkAsync();
        await late.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await AssertEndsAsync(child);
        await AssertNoneRunsAsync(resolver);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_kills_the_programs_within_a_second(bool isLinuxWay)
    {
        CommandResolver resolver = Create(isLinuxWay, "sh", "-c", $"trap '' TERM HUP; echo $$ > {Mark}; sleep 600");
#pragma warning disable CA2025 // that is the test
        Task<ResolverAnswer> asking = AskAsync(resolver);
#pragma warning restore CA2025
        int program = await ReadMarkAsync();
        long startedAt = Stopwatch.GetTimestamp();
        resolver.Dispose();

        Assert.InRange(Stopwatch.GetElapsedTime(startedAt), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        SourceSample.AssertFault(ResolverFault.TimedOut, "killed", await asking.WaitAsync(Patience.Token()));
        await AssertEndsAsync(program);
        resolver.Dispose();
    }

    [Fact]
    public async Task A_program_that_leaves_another_one_behind_keeps_no_query_waiting()
    {
        await File.WriteAllTextAsync(Table, $"{SourceSample.Line}\n", Patience.Token());
        using CommandResolver resolver = Create(
            true, "sh", "-c", $"sleep 600 & echo $! > {Mark}; cat {Table}"); // sleep keeps both pipes open
        SourceSample.AssertFound(await AskAsync(resolver));
        await AssertEndsAsync(await ReadMarkAsync());
    }

    [Fact]
    public async Task A_program_gets_no_held_signals_no_terminal_no_input_and_no_variables_of_systemd()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", "/run/none");
        try
        {
            using CommandResolver resolver = Create(
                true, "sh", "-c", "(grep -E 'SigBlk|SigIgn' /proc/self/status; readlink /proc/self/fd/0;"
                + $" ps -o tty= -p $$; echo \"notify:$NOTIFY_SOCKET\"; ls /proc/self/fd | tr '\\n' ' ') > {Mark}; cat");
            Assert.Equal(ResolverAnswer.NotFound, await AskAsync(resolver));
        }
        finally
        {
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        }

        string[] lines = await File.ReadAllLinesAsync(Mark, Patience.Token());
        Assert.Equal("SigBlk:\t0000000000000000", lines[0]);
        Assert.Equal("SigIgn:\t0000000000000000", lines[1]);
        Assert.Equal("/dev/null", lines[2]);
        Assert.Equal("?", lines[3].Trim());
        Assert.Equal("notify:", lines[4]);
        Assert.Equal(["0", "1", "2", "3"], lines[5].Trim().Split(' ').Except(["10"])); // sh has 10, and ls has 3
    }

    [Fact]
    [Trait("Promise", "resolver-limits")]
    public async Task Many_queries_at_the_same_time_start_a_bounded_number_of_programs()
    {
        using CommandResolver resolver = Create(true, "sleep", "600");
        using var late = new CancellationTokenSource();
        Task<ResolverAnswer>[] asking =
            [.. Enumerable.Range(0, 50).Select(_ => resolver.ResolveAsync(SourceSample.Query, late.Token))];

        Assert.Equal(34, asking.Count(one => one.IsCompletedSuccessfully && one.Result.Fault == ResolverFault.Busy));
        await late.CancelAsync();
        await AssertNoneRunsAsync(resolver);
    }

    [Theory]
    [InlineData("no-such-program-x")]
    [InlineData("/no/such/program")]
    [InlineData("/etc/passwd")]
    [InlineData("/etc")]
    public void A_program_that_does_not_exist_is_refused_at_once(string program) =>
        Assert.Contains(
            program,
            Assert.Throws<FileNotFoundException>(() => new CommandResolver([program])).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData("{source}")]
    [InlineData("cat", "a\0b")]
    public void Words_that_are_no_command_are_refused(params string[] words) =>
        Assert.Throws<ArgumentException>(() => new CommandResolver(words));

    [Fact]
    public async Task A_program_that_the_kernel_cannot_start_gives_no_answer()
    {
        await File.WriteAllTextAsync(Table, "not a program", Patience.Token());
        File.SetUnixFileMode(Table, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using CommandResolver resolver = Create(true, Table);
        SourceSample.AssertFault(ResolverFault.Failed, "Exec format error", await AskAsync(resolver));
    }

    private static CommandResolver Create(bool isLinuxWay, params string[] words) => new(words)
    {
        Start = (call, stopping) =>
            isLinuxWay ? new LinuxProcess(call, stopping) : new PortableProcess(call, stopping),
    };

    private static Task<ResolverAnswer> AskAsync(CommandResolver resolver) =>
        resolver.ResolveAsync(SourceSample.Query, Patience.Token());

    private static Task AssertNoneRunsAsync(CommandResolver resolver) =>
        UntilAsync(() => resolver.Running == 0);

    private static Task AssertEndsAsync(int process) => UntilAsync(() =>
        !Directory.Exists($"/proc/{process}")
        || File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal));

    private static async Task UntilAsync(Func<bool> condition)
    {
        CancellationToken patience = Patience.Token();
        while (!condition())
        {
            await Task.Delay(5, patience);
        }
    }

    private async Task<int> ReadMarkAsync()
    {
        await UntilAsync(() => File.Exists(Mark) && File.ReadAllText(Mark).EndsWith('\n'));
        return int.Parse(await File.ReadAllTextAsync(Mark, Patience.Token()), CultureInfo.InvariantCulture);
    }
}
