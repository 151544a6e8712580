using System.Diagnostics;
using System.Management.Automation;

namespace ProxyHelper.PowerShell;

/// <summary>A progress bar for what goes through many entries and takes longer than a second; none for what is shorter.</summary>
/// <param name="command">Whose pipeline it is shown in.</param>
/// <param name="activity">What goes on.</param>
/// <param name="expected">Asked once, when the bar is first shown, for how many entries there are; null where nobody knows.</param>
internal sealed class CountProgress(Cmdlet command, string activity, Func<long?> expected) : IProgress<long>
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly long _beganAt = Stopwatch.GetTimestamp();
    private long? _expected;
    private bool _isShown;
    private bool _isOver;

    /// <summary>How long it has taken.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_beganAt);

    /// <inheritdoc/>
    public void Report(long value)
    {
        if (_isOver || Elapsed < _patience)
        {
            return;
        }

        _expected = _isShown ? _expected : expected();
        _isShown = true;
        command.WriteProgress(_expected is { } all and > 0
            ? new ProgressRecord(0, activity, $"{value} of {all}") { PercentComplete = (int)Math.Min(100, value * 100 / all) }
            : new ProgressRecord(0, activity, $"{value} so far"));
    }

    /// <summary>Takes the bar away, for good: it is over, or its results show how it goes.</summary>
    public void End()
    {
        if (_isShown && !_isOver)
        {
            command.WriteProgress(new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed });
        }

        _isOver = true;
    }
}
