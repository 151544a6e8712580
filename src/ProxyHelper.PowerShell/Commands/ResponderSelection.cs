using System.Management.Automation;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Picks this session's responders by name or id. One that was stopped is a job still, but not a responder any more.</summary>
internal static class ResponderSelection
{
    /// <summary>Those that were not stopped, the oldest first.</summary>
    public static IEnumerable<Job> All(JobRepository repository) =>
        repository.Jobs.Where(job => job.PSJobTypeName == "ProxyHelper" && job.JobStateInfo.State != JobState.Stopped).OrderBy(job => job.Id);

    /// <summary>Those whose name matches; wildcards may be used.</summary>
    /// <param name="repository">The session's jobs.</param>
    /// <param name="names">The names.</param>
    /// <param name="missing">Told of a name without wildcards that matches none.</param>
    public static IEnumerable<Job> ByName(JobRepository repository, IEnumerable<string> names, Action<ErrorRecord> missing) =>
        names.SelectMany(name =>
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            Job[] found = [.. All(repository).Where(job => pattern.IsMatch(job.Name))];
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                missing(Errors.ResponderNotFound(name));
            }

            return found;
        });

    /// <summary>Those with these job ids.</summary>
    /// <param name="repository">The session's jobs.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="missing">Told of an id that there is not.</param>
    public static IEnumerable<Job> ById(JobRepository repository, IEnumerable<int> ids, Action<ErrorRecord> missing) =>
        ids.SelectMany(id =>
        {
            Job[] found = [.. All(repository).Where(job => job.Id == id)];
            if (found.Length == 0)
            {
                missing(Errors.ResponderNotFound(id));
            }

            return found;
        });
}
