using System.Management.Automation;

namespace ProxyHelper.PowerShell.Resolving;

/// <summary>Limits the streams of a script, which can write without end.</summary>
internal static class StreamLimit
{
    /// <summary>Lets each stream keep its first records only. The streams that nobody reads keep none.</summary>
    public static void Apply(PSDataStreams streams, int maxErrors)
    {
        Apply(streams.Error, maxErrors);
        Apply(streams.Warning, 0);
        Apply(streams.Verbose, 0);
        Apply(streams.Debug, 0);
        Apply(streams.Progress, 0);
        Apply(streams.Information, 0);
    }

    private static void Apply<T>(PSDataCollection<T> records, int max) => records.DataAdded += (_, _) =>
    {
        while (records.Count > max)
        {
            records.RemoveAt(max);
        }
    };
}
