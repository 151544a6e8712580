using ProxyHelper.Linux;
using ProxyHelper.PowerShell.Commands;
using ProxyHelper.Tables;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Reads the tables in files and in the text of the pipeline. A file is a table, and so is a text of several lines. Of
/// other lines, those of one file or of one computer are a table. States of different tables are never joined.
/// </summary>
/// <param name="command">The cmdlet that writes the mappings.</param>
/// <param name="request">What the user wants to know.</param>
internal sealed class SavedTables(ProxyHelperCommand command, SavedRequest request)
{
    private readonly SavedAnswers _answers = new(command);
    private readonly Dictionary<string, SavedTable> _open = [];
    private SavedTable? _current;
    private string? _origin;
    private bool _isFile;

    /// <summary>Reads a text.</summary>
    public void Read(SavedText text)
    {
        if (text.ObjectOf is null && text.IsTable)
        {
            var table = new SavedTable(command, request, new SavedSource(), _answers);
            using var reader = new StringReader(text.ToString());
            table.Read(reader);
            table.Finish();
            return;
        }

        SavedTable current = TableOf(text);
        if (text.ObjectOf is not null)
        {
            current.Read(current.Lines == 0 ? "[" : ",", endsLine: false);
        }

        string line = text.ToString();
        if (line.Length < TextPieces.MaximumLength)
        {
            current.Read(line.AsSpan().TrimEnd("\r\n"), endsLine: true);
        }
        else
        {
            using var pieces = new StringReader($"{line}\n");
            current.Read(pieces);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">Thrown when the file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when the user may not read the file.</exception>
    public void ReadFile(string path)
    {
        using var reader = new StreamReader(RegularFile.OpenRead(path));
        var progress = new CountProgress(command, $"Reading lines of {path}", () => null);
        var table = new SavedTable(command, request, new SavedSource(path), _answers) { Progress = progress };
        table.Read(reader);
        table.Finish();
        progress.End();
        if (table.Lines == 0)
        {
            command.WriteWarning(
                $"The file {path} is empty. Without permission, the tools of a router write no entries: run them as "
                + "root, such as 'conntrack -L > FILE'.");
        }

        command.WriteVerbose($"{path}: {table.Summary}.");
    }

    /// <summary>Ends the tables, and writes the answers of a look-up.</summary>
    public void Finish()
    {
        foreach (SavedTable table in _open.Values)
        {
            table.Finish();
        }

        _open.Clear();
        if (!request.Cancellation.IsCancellationRequested)
        {
            _answers.Write(request.Filter);
        }
    }

    // The lines of several computers can arrive in turn. A file ends before the next one begins.
    private void EndFile()
    {
        if (_isFile && _open.Remove(_origin!, out SavedTable? file))
        {
            file.Finish();
        }
    }

    private SavedTable TableOf(SavedText text)
    {
        string origin = $"{text.ObjectOf} {text.Origin}";
        if (_current is null || _origin != origin)
        {
            EndFile();
            (_origin, _isFile) = (origin, text.IsOfFile);
            if (!_open.TryGetValue(origin, out _current))
            {
                var source = new SavedSource(AreObjects: text.ObjectOf is not null);
                SavedRequest one = request with { Format = text.ObjectOf ?? request.Format };
                _current = _open[origin] = new SavedTable(command, one, source, _answers);
            }
        }

        return _current;
    }
}
