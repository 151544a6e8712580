using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using ProxyHelper.Responders;

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

    /// <summary>The secret that was given as a number or in a file; 0 when neither was.</summary>
    protected uint ReadSecret(uint secret, string? file)
    {
        if (file is null)
        {
            return secret;
        }

        if (MyInvocation.BoundParameters.ContainsKey(nameof(StartProxyHelperCommand.Secret)))
        {
            Throw(Errors.SecretGivenTwice(file));
        }

        string path = GetUnresolvedProviderPathFromPSPath(file);
        try
        {
            return OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException("Windows has no file modes to check.") : SecretFile.Read(path);
        }
        catch (SecretFileException failure) when (failure.IsUnsafe)
        {
            Throw(Errors.SecretFileUnsafe(failure));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            Throw(Errors.SecretFileUnusable(failure, path));
        }

        return 0; // not reached
    }

    /// <summary>Ends the cmdlet with an error.</summary>
    [DoesNotReturn]
    protected void Throw(ErrorRecord error)
    {
        ThrowTerminatingError(error);
        throw error.Exception; // not reached: the standard's reference assembly does not say that the call never returns
    }
}
