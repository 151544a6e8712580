using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Reports the lines of a saved table that are not entries. In a file, the errors are held back until the first entry:
/// a file without one is not a table, which is a single error.
/// </summary>
/// <param name="command">The cmdlet that writes the errors.</param>
/// <param name="isFile">Whether the errors are held back.</param>
internal sealed class SavedFaults(Cmdlet command, bool isFile)
{
    private const int MaxHeld = 100;

    private readonly List<ErrorRecord> _held = [];
    private bool _isHolding = isFile;

    /// <summary>Gets the first error of a file without an entry, or null.</summary>
    public ErrorRecord? First => _held.FirstOrDefault();

    /// <summary>Writes the errors before the first entry. Later errors are written at once.</summary>
    public void EndHolding()
    {
        if (_isHolding)
        {
            _held.ForEach(command.WriteError);
            _held.Clear();
            _isHolding = false;
        }
    }

    /// <summary>Writes or holds an error.</summary>
    /// <returns>False when the file is not a table, so that the caller stops.</returns>
    public bool Add(ErrorRecord error, ReadOnlySpan<char> line)
    {
        if (!_isHolding)
        {
            command.WriteError(error);
            return true;
        }

        _held.Add(error);
        return _held.Count < MaxHeld && !line.Contains('\0');
    }
}
