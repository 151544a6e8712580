namespace ProxyHelper.Fuzzing;

/// <summary>One parser, with what must hold whatever it is given.</summary>
public interface IFuzzTarget
{
    /// <summary>What it is called on the command line; its corpus is the folder of that name.</summary>
    string Name { get; }

    /// <summary>Gives the parser an input. This is also the function that SharpFuzz calls.</summary>
    /// <param name="input">Any bytes at all.</param>
    /// <exception cref="InvalidOperationException">What must hold did not. Any other exception is a defect as well.</exception>
    void Run(ReadOnlySpan<byte> input);
}
