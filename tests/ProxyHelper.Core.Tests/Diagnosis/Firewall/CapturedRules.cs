using System.Runtime.CompilerServices;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>
/// Reads the folder Captures: the output of real tools for the rules of docs/deployment.md and docs/security.md.
/// </summary>
internal static class CapturedRules
{
    /// <summary>Returns the content of a capture.</summary>
    public static string Read(string name, [CallerFilePath] string path = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "Captures", name));

    /// <summary>Returns the output of a tool from a capture.</summary>
    public static ToolOutput Written(string tool, string name) => new(tool, Read(name), null);

    /// <summary>Returns the output of a tool that is not installed.</summary>
    public static ToolOutput Missing(string tool) => new(tool, null, null);

    /// <summary>Returns the output of a tool that fails.</summary>
    public static ToolOutput Failing(string tool) => new(tool, null, "Operation not permitted");

    /// <summary>Returns the reading if nft is the only tool.</summary>
    public static FirewallReading OfNft(string json) =>
        FirewallReading.Of(new ToolOutput("nft", json, null), [], hasLegacyTables: false);
}
