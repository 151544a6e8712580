namespace ProxyHelper.EndToEnd.Resolvers;

/// <summary>
/// Writes the text of "pfctl -ss" on a router that redirects mail on its inside interface, and translates the source on
/// its outside interface. Each connection has two states.
/// </summary>
internal static class PfText
{
    private const string Established = "       ESTABLISHED:ESTABLISHED";
    private const string Dying = "       TIME_WAIT:TIME_WAIT";

    /// <summary>Writes the states of all connections, in any order, into a file.</summary>
    public static void Write(string path, IEnumerable<MailLookup> lookups, int seed)
    {
        var random = new Random(seed);
        string[] lines = [.. lookups.SelectMany(Lines)];
        random.Shuffle(lines);
        File.WriteAllLines(path, lines);
    }

    private static string[] Lines(MailLookup lookup) => lookup.Kind switch
    {
        LookupKind.Redirected => [InState("tcp", lookup) + Established, OutState("tcp", lookup) + Established],
        LookupKind.Ambiguous =>
        [
            InState("tcp", lookup) + Established,
            InState("tcp", lookup with { Server = lookup.Decoy }) + Dying,
            OutState("tcp", lookup) + Established,
        ],
        LookupKind.Half => [OutState("tcp", lookup) + Established],
        LookupKind.Other =>
        [
            InState("udp", lookup) + "       MULTIPLE:MULTIPLE",
            OutState("udp", lookup) + "       MULTIPLE:MULTIPLE",
        ],
        _ => [$"all tcp {lookup.Decoy} <- {lookup.User}{Established}"],
    };

    private static string InState(string protocol, MailLookup lookup) =>
        $"all {protocol} {MailLookup.Proxy} ({lookup.Server}) <- {lookup.User}";

    private static string OutState(string protocol, MailLookup lookup) =>
        $"all {protocol} {lookup.Source} ({lookup.User}) -> {MailLookup.Proxy}";
}
