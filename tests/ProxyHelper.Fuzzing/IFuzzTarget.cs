namespace ProxyHelper.Fuzzing;

/// <summary>Represents a parser and the rules that hold for every input.</summary>
public interface IFuzzTarget
{
    /// <summary>Gets the name on the command line, which is also the folder of the corpus.</summary>
    string Name { get; }

    /// <summary>Runs the parser on an input. SharpFuzz also calls this method.</summary>
    /// <param name="input">Any bytes.</param>
    /// <exception cref="InvalidOperationException">
    /// Thrown when a rule does not hold. Any other exception is also a defect.
    /// </exception>
    void Run(ReadOnlySpan<byte> input);
}
