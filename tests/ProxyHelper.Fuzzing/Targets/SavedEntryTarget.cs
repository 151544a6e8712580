using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.Conntrack.Wire;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads a line of a saved table.</summary>
internal sealed class SavedEntryTarget : IFuzzTarget
{
    private const int MaxWordsLength = 200;
    private const ConntrackStatus MarkedStatus =
        ConntrackStatus.SeenReply | ConntrackStatus.Assured | ConntrackStatus.Offload | ConntrackStatus.HardwareOffload;

    /// <inheritdoc/>
    public string Name => "saved-entry";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        string line = Encoding.UTF8.GetString(input);
        bool isEntry = SavedEntry.TryRead(line, out ConntrackEntry? entry, out SavedLineFault fault);
        Invariant.Holds(isEntry == entry is not null, "an entry is read if and only if the line is an entry");
        Invariant.Holds(!isEntry || fault == SavedLineFault.None, "an entry has no fault");
        Invariant.Holds(
            isEntry || fault != SavedLineFault.None || string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith(
                "conntrack v", StringComparison.Ordinal),
            "only blank lines and the summary of the tool have no fault");
        CheckWords(line, fault);
        if (isEntry)
        {
            CheckEntry(entry!);
            CheckLongerLine(line, entry!);
        }
    }

    private static void CheckWords(string line, SavedLineFault fault)
    {
        string? words = SavedEntry.Explain(line);
        Invariant.Holds(words is null == (fault == SavedLineFault.None), "only a fault has words");
        Invariant.Holds(
            words is null || (words.Length is > 0 and <= MaxWordsLength && !words.AsSpan().ContainsAnyExceptInRange(
                ' ', '~')),
            "words are short and can be displayed");
    }

    private static void CheckEntry(ConntrackEntry entry)
    {
        Invariant.Holds(
            entry.Reply.Protocol == entry.Protocol, "both directions have the same protocol");
        Invariant.Holds(
            entry.OriginalSource.AddressFamily == entry.OriginalDestination.AddressFamily
                && entry.TranslatedSource.AddressFamily == entry.TranslatedDestination.AddressFamily
                && entry.Original.AddressFamily == entry.Reply.AddressFamily,
            "all ends have the same family");
        bool isIcmp = entry.Protocol is IPProtocol.Icmp or IPProtocol.IcmpV6;
        Invariant.Holds(
            (isIcmp || entry.Original.Icmp is null) && entry.Original.Icmp is null == entry.Reply.Icmp is null,
            "only ICMP has messages, in both directions or in none");
        Invariant.Holds((entry.Status & ~MarkedStatus) == 0, "a status has only bits that marks stand for");
        Invariant.Holds(
            entry.State is null || KernelStates.ForProtocol(entry.Protocol) is not null,
            "only a protocol with states has a state");
        Invariant.Holds(entry.Timeout is null || entry.Timeout >= TimeSpan.Zero, "a timeout is not negative");
        Invariant.Holds(
            entry.StartedAt is null || (entry.StartedAt > DateTimeOffset.UnixEpoch.AddDays(-1)
                && entry.StartedAt.Value.Offset == TimeSpan.Zero),
            "a connection started after 1970, in universal time");
        Invariant.Holds(entry.ToString().Length > 0, "an entry has words");
    }

    private static void CheckLongerLine(string line, ConntrackEntry entry)
    {
        Invariant.Holds(
            SavedEntry.TryRead($"{line} [LATER] later=1\r\n", out ConntrackEntry? again, out _)
                && (again.Original, again.Reply) == (entry.Original, entry.Reply)
                && (again.Mark, again.Id) == (entry.Mark, entry.Id),
            "unknown words and a line end change nothing");
    }
}
