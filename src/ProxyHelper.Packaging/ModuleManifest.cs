using System.Collections;
using System.Management.Automation.Language;

namespace ProxyHelper.Packaging;

/// <summary>What ProxyHelper.psd1 says: the one place where the module is described.</summary>
internal sealed class ModuleManifest
{
    private readonly Hashtable _values;
    private readonly Hashtable _gallery;

    private ModuleManifest(Hashtable values)
    {
        _values = values;
        _gallery = (Hashtable)((Hashtable)values["PrivateData"]!)["PSData"]!;
    }

    /// <summary>Such as 0.1.0, with the gallery's label behind it before a release: 0.1.0-beta1.</summary>
    public string Version => _gallery["Prerelease"] is string label ? $"{Text("ModuleVersion")}-{label}" : Text("ModuleVersion");

    /// <summary>What else galleries look for, and show.</summary>
    public IEnumerable<string> Tags => Texts(_gallery["Tags"]);

    /// <summary>The commands of the module.</summary>
    public IEnumerable<string> Cmdlets => Texts(_values["CmdletsToExport"]);

    /// <summary>Reads it as PowerShell does; nothing in it is run.</summary>
    /// <exception cref="FormatException">It is not a table of constants.</exception>
    public static ModuleManifest Read(string text)
    {
        ScriptBlockAst script = Parser.ParseInput(text, out _, out ParseError[] faults);
        return faults.Length == 0 && script.Find(node => node is HashtableAst, searchNestedScriptBlocks: false) is HashtableAst table
            ? new ModuleManifest((Hashtable)table.SafeGetValue())
            : throw new FormatException("ProxyHelper.psd1 is no module manifest.");
    }

    /// <summary>A value that every package has.</summary>
    /// <exception cref="FormatException">This one has not.</exception>
    public string Text(string key) => (_values[key] ?? _gallery[key]) as string
        ?? throw new FormatException($"ProxyHelper.psd1 lacks {key}.");

    private static IEnumerable<string> Texts(object? values) => ((IEnumerable)values!).Cast<string>();
}
