namespace ProxyHelper.Benchmarks;

/// <summary>A program that is measured.</summary>
/// <param name="Name">What the tables call it.</param>
/// <param name="Program">Where it is.</param>
/// <param name="Arguments">What it is started with.</param>
internal sealed record Contender(string Name, string Program, params string[] Arguments)
{
    // What each of them writes once it can be asked.
    private const string Ready = "Listening on ";

    /// <summary>Starts it on its processor, in the calling thread's network; when this returns, it can be asked.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not get ready in time; the message has what it wrote.</exception>
    public RunningProgram Start()
    {
        Processor.Keep(Processor.OfContender);
        RunningProgram program = RunningProgram.Start(Program, Arguments);
        Processor.Keep(Processor.OfLoad);
        try
        {
            program.AwaitAsync(Ready).GetAwaiter().GetResult();
            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }
}
