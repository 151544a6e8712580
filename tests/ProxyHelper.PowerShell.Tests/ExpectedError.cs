using System.Management.Automation;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>What an error is to be, and what brings it about.</summary>
/// <param name="Id">Its id, without the cmdlet's class.</param>
/// <param name="Category">Its category.</param>
/// <param name="Target">Its target, as text; empty for any.</param>
/// <param name="NextStep">A part of its recommended action.</param>
/// <param name="Script">What raises it; empty where nothing can here.</param>
internal sealed record ExpectedError(string Id, ErrorCategory Category, string Target, string NextStep, string Script = "")
{
    /// <summary>What is to be done before the script runs.</summary>
    public Action<EngineSession> Prepare { get; init; } = _ => { };
}
