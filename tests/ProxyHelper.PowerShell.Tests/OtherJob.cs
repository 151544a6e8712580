using System.Management.Automation;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>A job that is no responder.</summary>
internal sealed class OtherJob : Job
{
    /// <inheritdoc/>
    public override bool HasMoreData => false;

    /// <inheritdoc/>
    public override string Location => "here";

    /// <inheritdoc/>
    public override string StatusMessage => string.Empty;

    /// <inheritdoc/>
    public override void StopJob() => SetJobState(JobState.Stopped);
}
