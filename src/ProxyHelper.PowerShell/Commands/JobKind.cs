using System.Management.Automation;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Selects the helpers or the relays of this session by name or id. A stopped one is still a job, but not selected.
/// </summary>
internal sealed class JobKind
{
    private readonly string _type;
    private readonly Func<object, ErrorRecord> _notFound;

    private JobKind(string type, Func<object, ErrorRecord> notFound)
    {
        _type = type;
        _notFound = notFound;
    }

    /// <summary>Gets the helpers, which Start-ProxyHelper starts.</summary>
    public static JobKind Helper { get; } = new("ProxyHelper", nameOrId => Errors.ResponderNotFound(nameOrId));

    /// <summary>Gets the relays, which Start-ProxyRelay starts.</summary>
    public static JobKind Relay { get; } = new("ProxyRelay", nameOrId => RelayErrors.RelayNotFound(nameOrId));

    /// <summary>Returns whether a job is of this kind.</summary>
    public bool Contains(Job job) => job.PSJobTypeName == _type;

    /// <summary>Returns the jobs that were not stopped, the oldest first.</summary>
    public IEnumerable<Job> All(JobRepository repository) => repository.Jobs
        .Where(job => Contains(job) && job.JobStateInfo.State != JobState.Stopped)
        .OrderBy(job => job.Id);

    /// <summary>Returns the jobs whose names match. Wildcards are allowed.</summary>
    /// <param name="repository">The jobs of the session.</param>
    /// <param name="names">The names.</param>
    /// <param name="writeError">Writes an error for each name without wildcards that matches nothing.</param>
    public IEnumerable<Job> ByName(
        JobRepository repository, IEnumerable<string> names, Action<ErrorRecord> writeError) =>
        names.SelectMany(name =>
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            Job[] found = [.. All(repository).Where(job => pattern.IsMatch(job.Name))];
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                writeError(_notFound(name));
            }

            return found;
        });

    /// <summary>Returns the jobs with the given ids.</summary>
    /// <param name="repository">The jobs of the session.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="writeError">Writes an error for each id that no job of this kind has.</param>
    public IEnumerable<Job> ById(
        JobRepository repository, IEnumerable<int> ids, Action<ErrorRecord> writeError) =>
        ids.SelectMany(id =>
        {
            Job[] found = [.. All(repository).Where(job => job.Id == id)];
            if (found.Length == 0)
            {
                writeError(_notFound(id));
            }

            return found;
        });
}
