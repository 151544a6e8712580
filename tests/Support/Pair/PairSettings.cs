namespace ProxyHelper.TestSupport.Pair;

/// <summary>Represents what a laboratory is started with.</summary>
/// <param name="Daemon">The path of the native daemon.</param>
internal sealed record PairSettings(string Daemon)
{
    /// <summary>Gets the number of connections that are open before a failure.</summary>
    public int Connections { get; init; } = 300;

    /// <summary>Gets arguments that the helpers get in addition.</summary>
    public IReadOnlyList<string> HelperArguments { get; init; } = [];
}
