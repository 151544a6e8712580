using System.Collections;
using System.Management.Automation;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Reads the first rows of the saved tables that a command line names, for the Tab key. The number of rows is limited,
/// so that the prompt does not wait.
/// </summary>
internal static class SavedRows
{
    private const int MaxRows = 2000;
    private static readonly string[] _parameters = ["Path", "LiteralPath"];

    /// <summary>Returns the rows, or null if the command line names no saved table.</summary>
    public static NatMapping[]? Read(IDictionary? boundParameters)
    {
        if (boundParameters is null || _parameters.FirstOrDefault(boundParameters.Contains) is not { } parameter)
        {
            return null;
        }

        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand("ProxyHelper\\Get-NatMapping")
            .AddParameter(parameter, boundParameters[parameter])
            .AddParameter("Unjoined")
            .AddParameter("IncludeUntranslated")
            .AddParameter("ErrorAction", ActionPreference.Ignore)
            .AddParameter("WarningAction", ActionPreference.Ignore)
            .AddCommand("Microsoft.PowerShell.Utility\\Select-Object")
            .AddParameter("First", MaxRows);
        try
        {
            return [.. shell.Invoke<NatMapping>()];
        }
        catch (RuntimeException)
        {
            return []; // The Tab key reports no errors.
        }
    }
}
