using System.Management.Automation;
using ProxyHelper.Linux;
using ProxyHelper.PowerShell.Commands;

namespace ProxyHelper.PowerShell;

/// <summary>Represents the PID file of a helper or relay. Only Linux has such files.</summary>
internal sealed class JobPidFile : IDisposable
{
    private readonly IDisposable _file;

    private JobPidFile(IDisposable file, string fullName)
    {
        _file = file;
        FullName = fullName;
    }

    /// <summary>Gets the full path.</summary>
    public string FullName { get; }

    /// <summary>Creates a file with the number of this process, or ends the cmdlet with an error.</summary>
    /// <param name="command">The cmdlet.</param>
    /// <param name="jobs">The jobs of the session. One of them may have the file.</param>
    /// <param name="given">The path of the file.</param>
    /// <param name="secretFile">The path of the secret file, or null.</param>
    public static JobPidFile Create(
        ProxyHelperCommand command, JobRepository jobs, string given, string? secretFile)
    {
        string path = given;
        try
        {
            path = command.ResolveFile(given);
            return Create(path, secretFile is null ? null : command.ResolveFile(secretFile));
        }
        catch (DirectoryNotFoundException)
        {
            throw new TerminatingErrorException(
                HelperErrors.PidFileFolderMissing(path, Path.GetDirectoryName(path)!));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            string name = command.MyInvocation.MyCommand.Name;
            throw new TerminatingErrorException(RunningJobs.PidFileFault(jobs, name, path, failure));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static JobPidFile Create(string path, string? secretFile)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new IOException("A PID file needs Linux.");
        }

        if (secretFile is not null && PidFile.IsSameFile(path, secretFile))
        {
            throw new IOException($"{path} is the secret file.");
        }

        var file = PidFile.Create(path);
        return new JobPidFile(file, file.FullName);
    }
}
