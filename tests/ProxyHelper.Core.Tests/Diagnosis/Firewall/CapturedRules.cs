using System.Runtime.CompilerServices;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>What real tools wrote about the rules of docs/deployment.md and docs/security.md, in the folder Captures.</summary>
internal static class CapturedRules
{
    /// <summary>What one of the tools wrote.</summary>
    public static string Read(string name, [CallerFilePath] string path = "") => File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "Captures", name));

    /// <summary>A tool with what it wrote.</summary>
    public static ToolOutput Written(string tool, string name) => new(tool, Read(name), null);

    /// <summary>A tool that there is not.</summary>
    public static ToolOutput Missing(string tool) => new(tool, null, null);

    /// <summary>A tool that fails.</summary>
    public static ToolOutput Failing(string tool) => new(tool, null, "Operation not permitted");

    /// <summary>nft where it is all that there is.</summary>
    public static FirewallReading OfNft(string json) => FirewallReading.Of(new ToolOutput("nft", json, null), [], hasLegacyTables: false);
}
