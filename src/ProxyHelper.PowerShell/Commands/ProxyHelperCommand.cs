using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>What the cmdlets have in common: Ctrl+C ends them, and an error that nothing can go on after ends them too.</summary>
public abstract class ProxyHelperCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Set when the user stops the pipeline.</summary>
    protected CancellationToken Cancellation => _stopping.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopping.Cancel();

    /// <summary>Frees what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stopping.Dispose();
        }
    }

    /// <summary>Ends the cmdlet with an error.</summary>
    [DoesNotReturn]
    protected void Throw(ErrorRecord error)
    {
        ThrowTerminatingError(error);
        throw error.Exception; // not reached: the standard's reference assembly does not say that the call never returns
    }
}
