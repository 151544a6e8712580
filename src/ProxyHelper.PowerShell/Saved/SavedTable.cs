using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.Linux;
using ProxyHelper.PowerShell.Commands;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Writes the entries of saved tables to the pipeline. A line that is not an entry is an error with its number. The
/// following lines are read all the same. A file whose first lines are all invalid is not a table, which is one error.
/// </summary>
internal sealed class SavedTable(
    ProxyHelperCommand command, ConntrackFilter filter, CancellationToken cancellationToken)
{
    private const int LinesBetweenReports = 10_000;

    private int _linesBefore;
    private long _written;

    /// <summary>Reads one or several lines. Line numbers continue from earlier calls.</summary>
    public void WriteText(string text)
    {
        using var reader = new StringReader(text.Length == 0 ? "\n" : text);
        _linesBefore += Write(reader, new SavedFaults(command, isFile: false), _linesBefore);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">Thrown when the file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when the user may not read the file.</exception>
    public void WriteFile(string path)
    {
        using var reader = new StreamReader(RegularFile.OpenRead(path));
        long writtenBefore = _written;
        var progress = new CountProgress(command, $"Reading lines of {path}", () => null);
        var faults = new SavedFaults(command, isFile: true);
        int lines = Write(reader, faults, linesBefore: 0, progress);
        progress.End();
        if (faults.First is { } fault)
        {
            command.WriteError(HelperErrors.SavedFileNotTable(path, fault));
        }
        else if (lines == 0)
        {
            command.WriteWarning(
                $"The file {path} is empty. Without permission, conntrack writes no entries: run it as root, "
                + "'conntrack -L > FILE'.");
        }

        command.WriteVerbose($"{path}: {lines} lines, {_written - writtenBefore} matching mappings.");
    }

    /// <returns>The number of lines.</returns>
    private int Write(TextReader text, SavedFaults faults, int linesBefore, CountProgress? progress = null)
    {
        var lines = new SavedLines(text);
        while (!cancellationToken.IsCancellationRequested && lines.MoveNext())
        {
            if (lines.Number % LinesBetweenReports == 0)
            {
                progress?.Report(lines.Number);
            }

            if (SavedEntry.TryRead(lines.Current, out ConntrackEntry? entry, out SavedLineFault fault))
            {
                faults.EndHolding();
                if (filter.Matches(entry))
                {
                    progress?.End(); // The output itself shows progress.
                    _written++;
                    command.WriteObject(entry);
                }
            }
            else if (fault != SavedLineFault.None)
            {
                string reason = SavedEntry.Explain(lines.Current)!;
                string line = lines.Current.ToString();
                if (!faults.Add(MappingErrors.SavedLineInvalid(linesBefore + lines.Number, line, reason), line))
                {
                    break;
                }
            }
        }

        return lines.Number;
    }
}
