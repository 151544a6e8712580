namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>What a program of the system's has written, or why it has not.</summary>
/// <param name="Tool">Its name.</param>
/// <param name="Text">What it wrote; null when it failed or is not there.</param>
/// <param name="Fault">Why there is nothing; null when there is, and when it is not there.</param>
internal sealed record ToolOutput(string Tool, string? Text, string? Fault)
{
    /// <summary>Whether the program is on this machine.</summary>
    public bool IsThere => Text is not null || Fault is not null;
}
