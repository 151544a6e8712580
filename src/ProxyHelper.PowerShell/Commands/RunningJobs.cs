using System.Management.Automation;
using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Finds the running helpers and relays of this session that have what another one needs.</summary>
internal static class RunningJobs
{
    /// <summary>Returns the running jobs of a class, the oldest first.</summary>
    /// <typeparam name="T">The class: helpers, relays, or both.</typeparam>
    public static IEnumerable<T> Of<T>(JobRepository repository)
        where T : ServerJob =>
        repository.Jobs.OfType<T>().Where(job => job.JobStateInfo.State == JobState.Running).OrderBy(job => job.Id);

    /// <summary>Returns the error about a PID file, which names the job that has the file.</summary>
    public static ErrorRecord PidFileFault(JobRepository repository, string command, string path, Exception cause)
    {
        ServerJob? user = Of<ServerJob>(repository)
            .FirstOrDefault(job => job.PidFilePath == Path.GetFullPath(path));
        return HelperErrors.FindLimit(command, cause)
            ?? (user is null ? Errors.PidFileUnusable(cause, path) : HelperErrors.PidFileShared(path, user, cause));
    }

    /// <summary>Returns the running job that uses an address and port that could not be bound, or null.</summary>
    public static ServerJob? Using(JobRepository repository, BindException failure)
    {
        IPEndPoint wanted = failure.EndPoint;
        bool Overlaps(IPEndPoint used) => used.Port == wanted.Port
            && (used.Equals(wanted) || used.Address.Equals(IPAddress.Any) || wanted.Address.Equals(IPAddress.Any));
        return failure.Errno != Errno.EADDRINUSE ? null : Of<ServerJob>(repository).FirstOrDefault(job =>
            (failure.Protocol == IPProtocol.Tcp ? job.TcpPorts : job.UdpPorts).Any(Overlaps));
    }
}
