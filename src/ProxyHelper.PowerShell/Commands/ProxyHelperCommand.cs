using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Security;
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
    protected uint ReadSecret(SecureString? secret, string? file)
    {
        if (file is null)
        {
            return SecretAttribute.Read(secret);
        }

        if (secret is not null)
        {
            Throw(Errors.SecretGivenTwice(file));
        }

        string path = file;
        try
        {
            path = ResolveFile(file);
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

    /// <summary>A file's path as the user means it: relative to the current location, with ~ for the home directory.</summary>
    /// <exception cref="IOException">It is no file's, such as Env:secret.</exception>
    protected string ResolveFile(string path)
    {
        string resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem" ? resolved : throw new IOException($"'{path}' is no file: it is looked up in {provider.Name}.");
    }

    /// <summary>Ends the cmdlet with an error.</summary>
    [DoesNotReturn]
    private protected void Throw(ErrorRecord error)
    {
        ThrowTerminatingError(error);
        throw error.Exception; // not reached: the standard's reference assembly does not say that the call never returns
    }
}
