using System.Management.Automation;
using ProxyHelper.PowerShell.Commands;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Reads the files of saved tables that a user names. A path that cannot be read is an error, and the next one is read
/// all the same.
/// </summary>
/// <param name="command">The cmdlet.</param>
/// <param name="tables">Reads the tables.</param>
internal sealed class SavedFiles(ProxyHelperCommand command, SavedTables tables)
{
    /// <summary>Reads the files whose paths match. Folders that match wildcards are left out.</summary>
    public void ReadMatches(string pattern)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(pattern))
        {
            Read(pattern);
        }
        else
        {
            Attempt(pattern, () => Array.ForEach([.. Resolve(pattern).Where(path => !Directory.Exists(path))], Read));
        }
    }

    /// <summary>Reads a file. No character is a wildcard.</summary>
    public void Read(string path) => Attempt(path, () =>
    {
        string resolved = command.ResolveFile(path);
        if (Directory.Exists(resolved))
        {
            command.WriteError(HelperErrors.SavedPathIsFolder(resolved));
        }
        else
        {
            tables.ReadFile(resolved);
        }
    });

    private IEnumerable<string> Resolve(string pattern)
    {
        IEnumerable<string> found =
            command.SessionState.Path.GetResolvedProviderPathFromPSPath(pattern, out ProviderInfo provider);
        ForeignPathException.ThrowIfForeign(pattern, provider);
        return found;
    }

    /// <summary>Runs what reads a path, and writes the error if it fails.</summary>
    private void Attempt(string path, Action attempt)
    {
        try
        {
            attempt();
        }
        catch (ForeignPathException failure)
        {
            command.WriteError(HelperErrors.SavedPathNotFile(path, failure));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException
            or ItemNotFoundException
            or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            command.WriteError(HelperErrors.SavedFileNotFound(path, failure));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            command.WriteError(
                HelperErrors.FindLimit(command.MyInvocation.MyCommand.Name, failure)
                ?? MappingErrors.SavedFileUnreadable(path, failure));
        }
    }
}
