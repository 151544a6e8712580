using System.Collections;
using System.Management.Automation.Language;

namespace ProxyHelper.Packaging;

/// <summary>Represents ProxyHelper.psd1, the only description of the module.</summary>
internal sealed class ModuleManifest
{
    private readonly Hashtable _values;
    private readonly Hashtable _gallery;

    private ModuleManifest(Hashtable values)
    {
        _values = values;
        _gallery = (Hashtable)((Hashtable)values["PrivateData"]!)["PSData"]!;
    }

    /// <summary>Gets the version, such as 1.0.0, or 1.0.0-beta1 with the label of a prerelease.</summary>
    public string Version => _gallery["Prerelease"] is string label
        ? $"{Text("ModuleVersion")}-{label}"
        : Text("ModuleVersion");

    /// <summary>Gets the tags that galleries search and show.</summary>
    public IEnumerable<string> Tags => Texts(_gallery["Tags"]);

    /// <summary>Gets the cmdlets of the module.</summary>
    public IEnumerable<string> Cmdlets => Texts(_values["CmdletsToExport"]);

    /// <summary>Reads a manifest as PowerShell does, without running it.</summary>
    /// <exception cref="FormatException">Thrown when the text is not a table of constants.</exception>
    public static ModuleManifest Read(string text)
    {
        ScriptBlockAst script = Parser.ParseInput(text, out _, out ParseError[] faults);
        Ast? found = script.Find(node => node is HashtableAst, searchNestedScriptBlocks: false);
        return faults.Length == 0 && found is HashtableAst table
            ? new ModuleManifest((Hashtable)table.SafeGetValue())
            : throw new FormatException("ProxyHelper.psd1 is not a module manifest.");
    }

    /// <summary>Returns a value of the manifest.</summary>
    /// <exception cref="FormatException">Thrown when the manifest does not have the value.</exception>
    public string Text(string key) => (_values[key] ?? _gallery[key]) as string
        ?? throw new FormatException($"ProxyHelper.psd1 lacks {key}.");

    private static IEnumerable<string> Texts(object? values) => ((IEnumerable)values!).Cast<string>();
}
