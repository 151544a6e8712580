namespace ProxyHelper.EndToEnd;

/// <summary>How long a test waits for something that happens at once on an idle machine. When it ends, the test fails.</summary>
internal static class Patience
{
    /// <summary>For one packet, one line or the end of one process.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>A token that ends with the patience.</summary>
    public static CancellationToken Token() => new CancellationTokenSource(Limit).Token;
}
