namespace ProxyHelper.Benchmarks;

/// <summary>Represents a program that is measured.</summary>
/// <param name="Name">The name in the tables.</param>
/// <param name="Program">The path of the program.</param>
/// <param name="Arguments">The arguments of the program.</param>
internal sealed record Contender(string Name, string Program, params string[] Arguments)
{
    // Each contender writes a line with these words when it can receive queries.
    private const string Ready = "Listening on ";

    /// <summary>
    /// Starts the program on its processor, in the calling thread's network, and waits until it can receive queries.
    /// </summary>
    /// <exception cref="InvalidOperationException">Thrown when the program ended or was not ready in time.</exception>
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
