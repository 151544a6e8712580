using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using ProxyHelper.Access;

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

    /// <summary>A duration for a message.</summary>
    protected static string Seconds(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.000} s");

    /// <summary>Waits for what goes on elsewhere; what takes longer than a second is shown as a progress bar.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="task">What goes on; it ends by itself, also at Ctrl+C.</param>
    /// <param name="activity">It, in words.</param>
    /// <param name="status">What is to be known of it, in words.</param>
    /// <param name="longest">How long it can take, or null where that is not known.</param>
    private protected T Await<T>(Task<T> task, string activity, string status, TimeSpan? longest)
    {
        long beganAt = Stopwatch.GetTimestamp();
        bool isShown = false;
        while (Task.WaitAny([task], TimeSpan.FromSeconds(1)) < 0)
        {
            isShown = true;
            var bar = new ProgressRecord(0, activity, status);
            if (longest is { } limit)
            {
                TimeSpan elapsed = Stopwatch.GetElapsedTime(beganAt);
                bar.PercentComplete = (int)Math.Min(100, 100 * (elapsed / limit));
                bar.SecondsRemaining = (int)Math.Max(0, (limit - elapsed).TotalSeconds);
            }

            WriteProgress(bar);
        }

        if (isShown)
        {
            WriteProgress(new ProgressRecord(0, activity, status) { RecordType = ProgressRecordType.Completed });
        }

        return task.GetAwaiter().GetResult();
    }

    /// <summary>Ends the cmdlet with an error.</summary>
    [DoesNotReturn]
    private protected void Throw(ErrorRecord error)
    {
        ThrowTerminatingError(error);
        throw error.Exception; // not reached: the standard's reference assembly does not say that the call never returns
    }
}
