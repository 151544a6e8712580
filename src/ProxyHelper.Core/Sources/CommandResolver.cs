using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Linux.Programs;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;

namespace ProxyHelper.Sources;

/// <summary>
/// Looks connections up with a program, such as ssh, which writes the NAT table of a router or a part of it. The
/// program is started for each query, without a shell. Its arguments receive the ends of the query.
/// </summary>
public sealed class CommandResolver : MappingResolver
{
    /// <summary>The largest number of words of a command.</summary>
    public const int MaxWords = 1000;

    /// <summary>The most bytes that a program can write: 32 MiB.</summary>
    internal const long MaxOutputBytes = 32 << 20;

    private const int MaxRunning = 16;
    private const int MaxReasonLength = 300;
    private const int MaxShownLength = 300;

    private static readonly TimeSpan _stopPatience = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stop;
    private readonly CommandTemplate _template;
    private readonly CommandCall _call;
    private int _running;

    /// <summary>Makes a resolver. The program is searched in the folders of PATH if its name has no slash.</summary>
    /// <param name="command">
    /// The program and its arguments. The placeholders {source}, {destination}, {sourceAddress}, {sourcePort},
    /// {destinationAddress}, {destinationPort} and {protocol} receive the values of the query.
    /// </param>
    /// <param name="folder">The folder that the program starts in, or null for that of this process.</param>
    /// <exception cref="ArgumentException">Thrown when the words are no command.</exception>
    /// <exception cref="FileNotFoundException">Thrown when there is no such program.</exception>
    public CommandResolver(IReadOnlyList<string> command, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(command);
        _stop = _stopping.Token;
        _template = new CommandTemplate(command);
        string program = ProgramPath.Find(command[0]);
        _call = new CommandCall(program, command, CommandCall.ReadEnvironment(), folder);
        Description = $"the command '{PrintableText.From(string.Join(' ', command), MaxShownLength)}'";
    }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <summary>Gets the program and its arguments, with the placeholders.</summary>
    public IReadOnlyList<string> Command => _call.Words;

    /// <summary>Gets the number of programs that run, or that were killed and have not ended yet.</summary>
    internal int Running => Volatile.Read(ref _running);

    /// <summary>Gets how a program is started. A test starts programs in the way of other systems.</summary>
    internal Func<CommandCall, CancellationToken, CommandProcess> Start { get; init; } = CommandProcess.Start;

    /// <inheritdoc/>
    public override Task<ResolverAnswer> ResolveAsync(MappingQuery query, CancellationToken cancellationToken)
    {
        if (_template.For(query) is not { } words)
        {
            return Task.FromResult(ResolverAnswer.NotFound);
        }

        if (Interlocked.Increment(ref _running) > MaxRunning)
        {
            Interlocked.Decrement(ref _running);
            return Task.FromResult(ResolverAnswer.FromFault(
                ResolverFault.Busy, $"{MaxRunning} programs run, or cannot be killed"));
        }

        var answer = new TaskCompletionSource<ResolverAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        StartThread(() => Run(query, words, answer, cancellationToken), answer);
        return answer.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_stop.IsCancellationRequested)
        {
            _stopping.Cancel(); // kills each program
            SpinWait.SpinUntil(() => Running == 0, _stopPatience);
            _stopping.Dispose();
        }
    }

    /// <summary>Starts the thread of a program. A thread of the pool would wait too long for the program.</summary>
    private void StartThread(ThreadStart run, TaskCompletionSource<ResolverAnswer> answer)
    {
        var thread = new Thread(run) { IsBackground = true, Name = "ProxyHelper command" };
        try
        {
            OwnProcess.Start(thread);
        }
        catch (LinuxException failure)
        {
            Interlocked.Decrement(ref _running);
            answer.SetResult(ResolverAnswer.FromFault(ResolverFault.Failed, failure.Message));
        }
    }

    private void Run(
        MappingQuery query,
        string[] words,
        TaskCompletionSource<ResolverAnswer> answer,
        CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop);
        ResolverAnswer result;
        try
        {
            result = Read(query, _call with { Words = words }, stopping.Token);
        }
        catch (OperationCanceledException)
        {
            result = ResolverAnswer.FromFault(ResolverFault.TimedOut, "the program was killed");
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            result = ResolverAnswer.FromFault(ResolverFault.Failed, failure.Message);
        }

        Interlocked.Decrement(ref _running); // first, so that a caller who has the answer can start the next program
        answer.SetResult(result);
    }

    private ResolverAnswer Read(MappingQuery query, CommandCall call, CancellationToken stopping)
    {
        using CommandProcess process = Start(call, stopping);
        using var text = new StreamReader(process.Output, Encoding.UTF8);
        NatTable table = NatTable.Read(text);
        ProgramEnd end = process.WaitForEnd();
        return end.IsSuccess
            ? TableAnswers.ToResolverAnswer(table, query)
            : ResolverAnswer.FromFault(ResolverFault.Failed, ReasonOf(end, process.Errors));
    }

    private static string ReasonOf(ProgramEnd end, string errors)
    {
        string words = errors.Length == 0 ? string.Empty : $": {errors.ReplaceLineEndings(" ")}";
        return PrintableText.From($"the program {end}{words}", MaxReasonLength);
    }
}
