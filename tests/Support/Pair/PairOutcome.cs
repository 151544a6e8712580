namespace ProxyHelper.TestSupport.Pair;

/// <summary>Represents the outcome of a case.</summary>
/// <param name="Figures">What users and the proxy saw, or null if the laboratory did not reach a state.</param>
/// <param name="Logs">The logs of all services if the outcome is not as promised.</param>
internal sealed record PairOutcome(PairFigures? Figures, string Logs)
{
    /// <summary>Gets whether the failure had no consequence for a connection that both routers knew.</summary>
    public bool IsAsPromised => Figures is { IsAsPromised: true };

    /// <summary>Returns the counts and the logs.</summary>
    public override string ToString() => $"{Figures?.DescribeCounts() ?? "no result"}\n{Logs}";
}
