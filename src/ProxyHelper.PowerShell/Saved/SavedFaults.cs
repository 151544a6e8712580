using System.Management.Automation;
using ProxyHelper.Mappings;
using ProxyHelper.PowerShell.Commands;
using ProxyHelper.Tables;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Reports the lines of a saved table that are not rows. In a file, the errors are held back until the first row: a
/// file without a row is not a table, which is a single error.
/// </summary>
/// <param name="command">The cmdlet that writes the errors.</param>
/// <param name="source">Where the text comes from.</param>
internal sealed class SavedFaults(ProxyHelperCommand command, SavedSource source)
{
    private const int MaxHeld = 100;

    private readonly List<(NatSystem System, TableRow Row, TableFault Fault)> _held = [];
    private bool _isHolding = source.File is not null;
    private bool _hasWarnedOfPager;

    /// <summary>Gets the first error of a file without a row, or null.</summary>
    public ErrorRecord? First => _held is [var first, ..]
        ? Error(first.System, source with { File = null }, first.Row, first.Fault)
        : null;

    /// <summary>Gets whether the file is not a table, so that reading on makes no sense.</summary>
    public bool AreTooMany { get; private set; }

    /// <summary>Writes the errors before the first row. Later errors are written at once.</summary>
    public void EndHolding()
    {
        if (_isHolding)
        {
            _held.ForEach(one => command.WriteError(Error(one.System, source, one.Row, one.Fault)));
            _held.Clear();
            _isHolding = false;
        }
    }

    /// <summary>Writes or holds an error.</summary>
    /// <param name="system">The system of the table.</param>
    /// <param name="row">The row of the table with the fault.</param>
    /// <param name="fault">The fault.</param>
    public void Add(NatSystem system, TableRow row, TableFault fault)
    {
        if (fault.Kind == TableFaultKind.Paged)
        {
            WarnOfPager(system, row);
            return;
        }

        if (!_isHolding)
        {
            command.WriteError(Error(system, source, row, fault));
            return;
        }

        _held.Add((system, row, fault));
        AreTooMany |= _held.Count >= MaxHeld || fault.Text.Contains('\0', StringComparison.Ordinal);
    }

    private static ErrorRecord Error(NatSystem system, SavedSource source, TableRow row, TableFault fault) =>
        fault.Kind == TableFaultKind.WrongForm
            ? MappingErrors.SavedFormWrong(source.Describe(row), fault, SystemWords.Of(system))
            : MappingErrors.SavedLineInvalid(source.Describe(row), fault, SystemWords.Of(system));

    private void WarnOfPager(NatSystem system, TableRow row)
    {
        if (!_hasWarnedOfPager)
        {
            _hasWarnedOfPager = true;
            command.WriteWarning(
                $"{source.Describe(row)} has the mark of a pager, which can have swallowed lines. Mappings may be "
                + $"missing. {SystemWords.Of(system).Advice}");
        }
    }
}
