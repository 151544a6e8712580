using System.Management.Automation;
using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Selects responders of this session by name or id. A stopped responder is still a job, but not selected.
/// </summary>
internal static class ResponderSelection
{
    /// <summary>Returns the responders that were not stopped, the oldest first.</summary>
    public static IEnumerable<Job> All(JobRepository repository) => repository.Jobs
        .Where(job => job.PSJobTypeName == "ProxyHelper" && job.JobStateInfo.State != JobState.Stopped)
        .OrderBy(job => job.Id);

    /// <summary>Returns the responders that run, the oldest first.</summary>
    public static IEnumerable<ResponderJob> Running(JobRepository repository) =>
        All(repository).OfType<ResponderJob>().Where(job => job.JobStateInfo.State == JobState.Running);

    /// <summary>Returns the responders whose names match. Wildcards are allowed.</summary>
    /// <param name="repository">The jobs of the session.</param>
    /// <param name="names">The names.</param>
    /// <param name="writeError">Writes an error for each name without wildcards that matches nothing.</param>
    public static IEnumerable<Job> ByName(
        JobRepository repository, IEnumerable<string> names, Action<ErrorRecord> writeError) =>
        names.SelectMany(name =>
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            Job[] found = [.. All(repository).Where(job => pattern.IsMatch(job.Name))];
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                writeError(Errors.ResponderNotFound(name));
            }

            return found;
        });

    /// <summary>Returns the responders with the given job ids.</summary>
    /// <param name="repository">The jobs of the session.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="writeError">Writes an error for each id that no responder has.</param>
    public static IEnumerable<Job> ById(
        JobRepository repository, IEnumerable<int> ids, Action<ErrorRecord> writeError) =>
        ids.SelectMany(id =>
        {
            Job[] found = [.. All(repository).Where(job => job.Id == id)];
            if (found.Length == 0)
            {
                writeError(Errors.ResponderNotFound(id));
            }

            return found;
        });

    /// <summary>Returns the error about a PID file, which names the responder that has the file.</summary>
    public static ErrorRecord PidFileFault(JobRepository repository, string command, string path, Exception cause)
    {
        Job? user = Running(repository).FirstOrDefault(job => job.PidFilePath == Path.GetFullPath(path));
        return HelperErrors.FindLimit(command, cause)
            ?? (user is null ? Errors.PidFileUnusable(cause, path) : HelperErrors.PidFileShared(path, user, cause));
    }

    /// <summary>Returns the running responder that uses an address and port that could not be bound, or null.</summary>
    public static Job? Using(JobRepository repository, BindException failure)
    {
        IPEndPoint wanted = failure.EndPoint;
        bool Overlaps(IPEndPoint used) => used.Port == wanted.Port
            && (used.Equals(wanted) || used.Address.Equals(IPAddress.Any) || wanted.Address.Equals(IPAddress.Any));
        return failure.Errno != Errno.EADDRINUSE ? null : Running(repository).FirstOrDefault(job =>
            (failure.Protocol == IPProtocol.Tcp ? job.TcpEndPoints : job.LocalEndPoints).Any(Overlaps));
    }
}
