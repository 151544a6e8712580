namespace ProxyHelper.Conntrack;

/// <summary>
/// Gives the two tuples of an entry to a C# program, as the properties Original and Reply. They are extension
/// properties so that PowerShell does not see them: ConvertTo-Json would write each tuple as a deep object, and would
/// cut it with a warning.
/// </summary>
public static class ConntrackEntryTuples
{
#pragma warning disable CA1034 // An extension block is not a nested type for its callers.
    extension(ConntrackEntry entry)
#pragma warning restore CA1034
    {
        /// <summary>Gets the direction of the first packet, before translation.</summary>
        public ConntrackTuple Original => entry.Original;

        /// <summary>
        /// Gets the direction of the replies as they arrive: from the translated destination to the translated source.
        /// </summary>
        public ConntrackTuple Reply => entry.Reply;
    }
}
