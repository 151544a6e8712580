using System.Management.Automation;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Gives the entries of saved tables to the pipeline. A line that is no entry is an error with its number, and the next one is read.
/// </summary>
internal sealed class SavedTable(Cmdlet command, ConntrackFilter filter, CancellationToken cancellationToken)
{
    private const int LinesBetweenReports = 10_000;

    private int _linesBefore;
    private long _given;

    /// <summary>Reads a line, or a text of several; the lines of earlier calls are counted.</summary>
    public void WriteText(string text)
    {
        using var reader = new StringReader(text.Length == 0 ? "\n" : text);
        _linesBefore += Write(reader, _linesBefore);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public void WriteFile(string path)
    {
        using var reader = new StreamReader(path);
        long givenBefore = _given;
        var progress = new CountProgress(command, $"Reading lines of {path}", () => null);
        int lines = Write(reader, linesBefore: 0, progress);
        progress.End();
        command.WriteVerbose($"{path}: {lines} lines, of which {_given - givenBefore} fit.");
    }

    /// <returns>How many lines there were.</returns>
    private int Write(TextReader text, int linesBefore, CountProgress? progress = null)
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
                if (filter.Matches(entry))
                {
                    progress?.End(); // what is put out shows that it goes on
                    _given++;
                    command.WriteObject(entry);
                }
            }
            else if (fault != SavedLineFault.None)
            {
                command.WriteError(Errors.SavedLineInvalid(linesBefore + lines.Number, lines.Current.ToString(), SavedEntry.Explain(lines.Current)!));
            }
        }

        return lines.Number;
    }
}
