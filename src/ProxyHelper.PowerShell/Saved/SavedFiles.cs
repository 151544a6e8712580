using System.Management.Automation;
using ProxyHelper.PowerShell.Commands;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Reads the files of saved tables that a user names. A path that cannot be read is an error, and the next one is read
/// all the same.
/// </summary>
/// <param name="command">The cmdlet.</param>
/// <param name="table">Reads the text of the files.</param>
internal sealed class SavedFiles(ProxyHelperCommand command, SavedTable table)
{
    private const string FileSystem = "FileSystem";

    /// <summary>Reads the files whose paths match. Folders that match wildcards are left out.</summary>
    public void WriteMatches(string pattern)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(pattern))
        {
            Write(pattern);
        }
        else if (Attempt(pattern, () => Resolve(pattern)) is { } found)
        {
            Array.ForEach([.. found.Where(path => !Directory.Exists(path))], Write);
        }
    }

    /// <summary>Reads a file. No character is a wildcard.</summary>
    public void Write(string path) => Attempt(path, () =>
    {
        string resolved = command.ResolveFile(path);
        if (Directory.Exists(resolved))
        {
            command.WriteError(HelperErrors.SavedPathIsFolder(resolved));
        }
        else
        {
            table.WriteFile(resolved);
        }

        return resolved;
    });

    private IEnumerable<string> Resolve(string pattern)
    {
        IEnumerable<string> found =
            command.SessionState.Path.GetResolvedProviderPathFromPSPath(pattern, out ProviderInfo provider);
        return provider.Name == FileSystem ? found : throw new ForeignPathException(pattern, provider.Name);
    }

    /// <summary>Returns the result of an attempt, or null after an error.</summary>
    private T? Attempt<T>(string path, Func<T> attempt)
        where T : class
    {
        try
        {
            return attempt();
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

        return null;
    }
}
