using System.Runtime.CompilerServices;
using System.Text;
using ProxyHelper.Diagnosis;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>
/// Reads the folder Captures: the output of real tools for the rules of docs/router.md and docs/security.md.
/// </summary>
internal static class CapturedRules
{
    /// <summary>Returns the content of a capture.</summary>
    public static string Read(string name, [CallerFilePath] string path = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "Captures", name));

    /// <summary>Returns the output of a tool from a capture.</summary>
    public static ToolOutput Written(string tool, string name) => Output(tool, Read(name));

    /// <summary>Returns the output of a tool.</summary>
    public static ToolOutput Output(string tool, string text) => new(tool, Encoding.UTF8.GetBytes(text), null);

    /// <summary>Returns the output of a tool that is not installed.</summary>
    public static ToolOutput Missing(string tool) => new(tool, null, null);

    /// <summary>Returns the output of a tool that fails.</summary>
    public static ToolOutput Failing(string tool, string fault = "Operation not permitted") => new(tool, null, fault);
}
