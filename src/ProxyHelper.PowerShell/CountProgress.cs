using System.Diagnostics;
using System.Management.Automation;
using ProxyHelper.PowerShell.Commands;

namespace ProxyHelper.PowerShell;

/// <summary>Shows a progress bar for work on many entries that takes longer than a second.</summary>
/// <param name="command">The cmdlet that shows the bar.</param>
/// <param name="activity">The heading of the bar.</param>
/// <param name="expected">
/// Returns the number of entries, or null if the number is unknown. Called once, with the first bar.
/// </param>
internal sealed class CountProgress(ProxyHelperCommand command, string activity, Func<long?> expected) : IProgress<long>
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long? _expected;
    private bool _isShown;
    private bool _isOver;

    /// <summary>Gets the time since the start.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_startedAt);

    /// <inheritdoc/>
    public void Report(long value)
    {
        if (_isOver || Elapsed < _patience)
        {
            return;
        }

        _expected = _isShown ? _expected : expected();
        _isShown = true;
        var bar = new ProgressRecord(0, activity, $"{value} so far");
        if (_expected is { } all and > 0)
        {
            bar.StatusDescription = $"{value} of {all}";
            bar.PercentComplete = (int)Math.Min(100, value * 100 / all);
        }

        command.WriteProgress(bar);
    }

    /// <summary>Removes the bar for good.</summary>
    public void End()
    {
        if (_isShown && !_isOver)
        {
            var bar = new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed };
            command.WriteProgress(bar);
        }

        _isOver = true;
    }
}
