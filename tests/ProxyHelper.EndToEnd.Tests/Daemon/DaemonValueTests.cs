using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>
/// Tests odd values of every setting, at the start, in a check and at a reload. Each is refused with one sentence, or
/// has the meaning that it has everywhere.
/// </summary>
public sealed class DaemonValueTests(PublishedDaemon daemon)
{
    private const string Reloaded = "The configuration was reloaded.";
    private const string NotReloaded = "The configuration was not reloaded";

    private static readonly byte[] _query = TrackedConnection.Query(secret: 7);

    private static readonly string[] _oddValues =
    [
" ", "-", "--", "+1", "-1", "-0", "1 2", "1,5", "1_000", "1e3", "1E-3", "1e400", "0x10", "0b1", "0o7", "1f",
        "1.2.3", ".", "..", "1..2", "NaN", "Infinity", "-Infinity", "\u221e", "null", "\uff11\uff11\uff14",
        "\u0661\u0662", "\u00b2", "\u00bd", "99999999999999999999", "18446744073709551616", "-9223372036854775808",
        "340282366920938463463374607431768211456", "0177.1", "194.0.1.010", "194.0.1", "3254779905", "194.0.1.1.",
        ".194.0.1.1", "194.0.1.256", "194.0.1.1/33", "194.0.1.1/-1", "194.0.1.1/", "194.0.1.1/24", "/24",
        "194.0.1.1 194.0.1.2", "::1", "::ffff:194.0.1.1", "[::1]:9114", "127.0.0.1:0", "127.0.0.1:65536",
        "127.0.0.1:", ":9114", "127.0.0.1:9114:1", "localhost", "YES", "true", "on", "y\u0435s", "Address",
        "\u001b[31m", "\u202e114", "%s%n", "$(reboot)", "'", "\u0000", "114\u0000", "\ufeff114", "\u00ff\u00fe",
    ];

    /// <summary>Gets the settings, and the odd values that each takes.</summary>
    public static TheoryData<string, string[]> Settings => new()
    {
        { "address", [] },
        { "port", [] },
        { "tcp-port", [] },
        { "secret", ["3254779905"] },
        { "secret-file", [] },
        { "allow", [] },
        { "trust", [] },
        { "ident", [] },
        { "rate", [] },
        { "max-delay", [] },
        { "workers", [] },
        { "allow-absent-address", ["true"] },
        { "user", [] },
        { "pid-file", [] },
        { "metrics", [] },
        { "verbose", ["true"] },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task An_odd_value_at_the_start_or_in_a_check_is_one_sentence(string setting, string[] valid)
    {
        using var network = RouterNetwork.Create();
        string file = daemon.NewPath();
        string[] values = [.. _oddValues, new string('9', 5000), new string('/', 5000), string.Empty];
        foreach (string value in values.Except(valid).Where(value => !IsPath(setting, value)))
        {
            await File.WriteAllTextAsync(file, $"address = 194.0.1.1\n{setting} = {value}\n", Patience.Token());
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            bool isTrimmed = value.Trim().Length > 0 && value.Trim() == value; // the file ignores blanks around a value
            string[][] starts =
            [
                ["-c", file], ["-c", file, "--check"],
                .. value.Contains('\0', StringComparison.Ordinal)
                    ? (string[][])[] : [["-I", "194.0.1.1", $"--{setting}={value}"]],
            ];
            foreach (string[] arguments in isTrimmed ? starts : starts[2..])
            {
                using RunningProgram program = DaemonOnRouter.Begin(network, daemon, arguments);
                AssertOneSentence(await program.ExitAsync(), program.Output, $"{setting}={value}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task An_odd_value_at_a_reload_is_refused_and_the_daemon_continues(string setting, string[] valid)
    {
        using var network = RouterNetwork.Create();
        string file = daemon.NewPath();
        await File.WriteAllTextAsync(file, "secret = 7\n", Patience.Token());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using RunningProgram program = DaemonOnRouter.Begin(
            network, daemon, setting == "address" ? ["-c", file, "-I", "194.0.1.1"] : ["-I", "194.0.1.1", "-c", file]);
        await program.AwaitAsync("Listening on");
        int refused = 0;
        foreach (string value in _oddValues.Except(valid).Except([" "]).Where(value => !IsPath(setting, value)))
        {
            await File.WriteAllTextAsync(file, $"ident = none\n{setting} = {value}\n", Patience.Token());
            program.Signal(PosixSignal.SIGHUP);
            program.AwaitTimes(++refused, NotReloaded);
        }

        Assert.DoesNotContain(Reloaded, program.Output, StringComparison.Ordinal);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        Assert.Equal(QueryDatagram.Size, (await DaemonOnRouter.ExchangeAsync(proxy, _query)).Length);
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
    }

    [Theory]
    [InlineData("-I")]
    [InlineData("--port")]
    [InlineData("--allow")]
    [InlineData("--max-delay")]
    [InlineData("--user")]
    [InlineData("--config")]
    public async Task Bytes_that_are_no_text_are_one_sentence(string option)
    {
        string program = daemon.Program;
        using RunningProgram running = RunningProgram.Start(
            "bash", "-c", $"exec \"$0\" -I 127.0.0.1 {option} $'\\xff\\xc3('", program);

        AssertOneSentence(await running.ExitAsync(), running.Output, option);
    }

    /// <summary>A name of a file, and of a user, can be nearly anything.</summary>
    private static bool IsPath(string setting, string value) => setting is "secret-file" or "pid-file" or "user"
        && !value.Contains('\0', StringComparison.Ordinal) && value.Length is > 0 and < 5000;

    private static void AssertOneSentence(int status, string output, string value)
    {
        string[] lines =
        [
            .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.StartsWith("usage: ", StringComparison.Ordinal)),
        ];
        Assert.True(status is 1 or 2, $"{value}: status {status}, {output}");
        Assert.True(lines.Length == 1, $"{value}: {output}");
        Assert.StartsWith("proxy-helper: ", lines[0], StringComparison.Ordinal);
        Assert.True(Encoding.UTF8.GetByteCount(lines[0]) < 500, $"{value}: {lines[0]}");
    }
}
