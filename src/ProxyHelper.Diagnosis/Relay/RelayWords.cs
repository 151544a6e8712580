using System.Net;

namespace ProxyHelper.Diagnosis.Relay;

/// <summary>
/// Represents the words of the program that shows the findings about a relay: its options, and the commands to run
/// next.
/// </summary>
public sealed record RelayWords
{
    /// <summary>Gets a sentence that says how to give the address of a router.</summary>
    public required string GiveRouter { get; init; }

    /// <summary>Gets a sentence that says how to give the target.</summary>
    public required string GiveTarget { get; init; }

    /// <summary>Gets the name of the option for the file of the secret.</summary>
    public required string SecretFileOption { get; init; }

    /// <summary>Gets the name of the option for the header.</summary>
    public required string ProxyProtocolOption { get; init; }

    /// <summary>Gets the name of the option for the largest number of connections.</summary>
    public required string MaxConnectionsOption { get; init; }

    /// <summary>Gets a sentence that says how to raise the limit of open files of the relay to a number.</summary>
    public required Func<ulong, string> RaiseDescriptorLimit { get; init; }

    /// <summary>Gets the command that shows the helpers on the router.</summary>
    public required string ListHelpers { get; init; }

    /// <summary>Gets sentences that say how the counters of the helper tell a firewall from a refused query.</summary>
    public required string ReadCounters { get; init; }

    /// <summary>
    /// Gets a function that returns a sentence that says how to check the rules on the router. Its argument is the
    /// address and port that the relay listens on, or null if they are not known.
    /// </summary>
    public required Func<IPEndPoint?, string> CheckRouter { get; init; }
}
