using System.Globalization;
using System.Net;
using ProxyHelper.TestSupport;
using ProxyHelper.TestSupport.Pair;
using ProxyHelper.TestSupport.Relay;

namespace ProxyHelper.EndToEnd.Relay.Receivers;

/// <summary>Represents a proxy behind the relay, started with its configuration of docs/relay.md.</summary>
internal sealed class Receiver : IDisposable
{
    // HAProxy drops lines of its log when a pipe is full. So the output goes to a file.
    private const string Output = "output";
    private const string StartWithOutput = "exec \"$@\" >\"$0\" 2>&1";

    private readonly ReceiverFolder _folder;
    private readonly RunningProgram _program;
    private readonly ReceiverKind _kind;

    private Receiver(ReceiverKind kind, ReceiverFolder folder, RunningProgram program)
    {
        _kind = kind;
        _folder = folder;
        _program = program;
    }

    /// <summary>Gets what the relay connects to, as --to names it.</summary>
    public string Target => _folder.Localize(_kind.Target);

    /// <summary>Gets the lines of the log of connections.</summary>
    public IReadOnlyList<string> Log =>
        [.. _folder.Read(_kind.LogFile ?? Output).Split('\n')
            .Where(line => line.Contains(" -> ", StringComparison.Ordinal))];

    /// <summary>Starts a receiver on the proxy's host and waits until it listens.</summary>
    public static async Task<Receiver> StartAsync(RelayNetwork network, ReceiverKind kind)
    {
        Requirement.Tool(kind.Program);
        var folder = new ReceiverFolder();
        RunningProgram? program = null;
        try
        {
            kind.Rules?.Load(network.Proxy);
            string configuration = folder.Write(kind.ReadConfiguration());
            string[] command =
            [
                Requirement.Find(kind.Program)!,
                .. kind.Arguments.Select(argument => argument == "FILE" ? configuration : argument),
            ];
            program = network.Proxy.Run(() => RunningProgram.Start(
                "sh", ["-c", StartWithOutput, folder.PathOf(Output), .. command]));
            string listener = folder.Localize(kind.Listener);
            await Until.HoldsAsync(
                $"{kind.Name} listens on {listener}", () => network.Proxy.Run(() => IsListening(listener)));
            return new Receiver(kind, folder, program);
        }
        catch
        {
            program?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the log has a number of lines.</summary>
    public Task AwaitLinesAsync(int count) =>
        Until.HoldsAsync($"the log of {_kind.Name} has {count} lines", () => Log.Count >= count);

    /// <inheritdoc/>
    public void Dispose()
    {
        _program.Dispose();
        _folder.Dispose();
    }

    /// <summary>Returns whether a program of the calling thread's network namespace listens.</summary>
    internal static bool IsListening(string listener)
    {
        if (listener.StartsWith('/'))
        {
            const string accepting = " 00010000 "; // __SO_ACCEPTCON (linux/net.h)
            return File.ReadLines("/proc/thread-self/net/unix")
                .Where(line => line.Contains(accepting, StringComparison.Ordinal))
                .Any(line => line.Contains(listener, StringComparison.Ordinal)); // HAProxy adds an end
        }

        const string listening = " 00000000:0000 0A ";
        string port = IPEndPoint.Parse(listener).Port.ToString("X4", CultureInfo.InvariantCulture);
        return File.ReadAllText("/proc/thread-self/net/tcp").Contains($":{port}{listening}", StringComparison.Ordinal);
    }
}
