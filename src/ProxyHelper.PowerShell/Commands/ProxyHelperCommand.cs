using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using ProxyHelper.Access;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Represents what all cmdlets share: Ctrl+C ends them, and a terminating error carries its error record.
/// </summary>
public abstract class ProxyHelperCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Gets the token that is cancelled when the user stops the pipeline.</summary>
    protected CancellationToken Cancellation => _stopping.Token;

    /// <summary>Gets the name of the cmdlet, for messages.</summary>
    protected string CommandName => MyInvocation.MyCommand.Name;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes a verbose message. Text of files and of other hosts cannot control the terminal.</summary>
    public new void WriteVerbose(string text) => base.WriteVerbose(PrintableText.From(text));

    /// <summary>Writes a warning. Text of files and of other hosts cannot control the terminal.</summary>
    public new void WriteWarning(string text) => base.WriteWarning(PrintableText.From(text));

    /// <summary>Shows a progress bar. Text of files and of other hosts cannot control the terminal.</summary>
    public new void WriteProgress(ProgressRecord progressRecord)
    {
        ArgumentNullException.ThrowIfNull(progressRecord);
        progressRecord.Activity = PrintableText.From(progressRecord.Activity);
        progressRecord.StatusDescription = PrintableText.From(progressRecord.StatusDescription);
        base.WriteProgress(progressRecord);
    }

    /// <summary>Asks the user if needed. Text of files and of other hosts cannot control the terminal.</summary>
    public new bool ShouldProcess(string target, string action) =>
        base.ShouldProcess(PrintableText.From(target), action);

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopping.Cancel();

    /// <summary>Frees the resources of the cmdlet.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stopping.Dispose();
        }
    }

    /// <summary>Returns the secret from a number or from a file. The default is 0: no secret.</summary>
    protected uint ReadSecret(SecureString? secret, string? file)
    {
        if (file is null)
        {
            return SecretAttribute.Read(secret);
        }

        if (secret is not null)
        {
            throw Terminating(Errors.SecretGivenTwice(file));
        }

        string path = file;
        try
        {
            path = ResolveFile(file);
            return OperatingSystem.IsWindows()
                ? throw new PlatformNotSupportedException("Windows has no file modes to check.")
                : SecretFile.Read(path);
        }
        catch (SecretFileException failure) when (failure.IsUnsafe)
        {
            throw Terminating(Errors.SecretFileUnsafe(failure));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Terminating(HelperErrors.SecretFileNotFound(path, failure));
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            throw Terminating(HelperErrors.FindLimit(CommandName, failure) ?? Errors.SecretFileUnusable(failure, path));
        }
    }

    /// <summary>
    /// Returns the full path of a file. The path is relative to the current location; ~ is the home directory.
    /// </summary>
    /// <exception cref="IOException">Thrown when the path is not a file's, such as Env:secret.</exception>
    internal string ResolveFile(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new IOException($"'{path}' is not a path: it contains a NUL character.");
        }

        try
        {
            string resolved =
                SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            ForeignPathException.ThrowIfForeign(path, provider);
            return resolved;
        }
        catch (RuntimeException failure)
        {
            throw new FileNotFoundException(failure.Message, path, failure); // no such drive or provider
        }
    }

    /// <summary>Returns the text of a duration for a message.</summary>
    internal static string Seconds(TimeSpan duration) =>
        string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.000} s");

    /// <summary>Waits for a task. After a second, a progress bar shows that the cmdlet waits.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="task">The task. It ends by itself, also after Ctrl+C.</param>
    /// <param name="activity">The heading of the progress bar.</param>
    /// <param name="status">The text of the progress bar.</param>
    /// <param name="longest">The longest time that the task can take, or null if no limit is known.</param>
    private protected T Await<T>(Task<T> task, string activity, string status, TimeSpan? longest)
    {
        long startedAt = Stopwatch.GetTimestamp();
        bool isShown = false;
        while (Task.WaitAny([task], TimeSpan.FromSeconds(1)) < 0)
        {
            isShown = true;
            var bar = new ProgressRecord(0, activity, status);
            if (longest is { } limit)
            {
                TimeSpan elapsed = Stopwatch.GetElapsedTime(startedAt);
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

    /// <summary>Returns the exception that ends the cmdlet with an error. The caller throws it.</summary>
    private protected static Exception Terminating(ErrorRecord error) => new TerminatingErrorException(error);

    /// <summary>Returns the exception that ends the cmdlet on a system other than Linux.</summary>
    private protected Exception NotLinux() => Terminating(Errors.PlatformNotSupported(CommandName));
}
