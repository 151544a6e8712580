namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents the rules that could be read, and says which rules could not.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Gaps">What could not be read. If the list is empty, all loaded rules were read.</param>
internal sealed record FirewallReading(FirewallRuleset Rules, IReadOnlyList<FirewallGap> Gaps)
{
    // The kernel lists the tables of its older interface here.
    private const string LegacyTables = "/proc/thread-self/net/ip_tables_names";
    private const string NftSave = "iptables-nft-save";
    private const string LegacySave = "iptables-legacy-save";
    private const string AnySave = "iptables-save";

    // iptables-nft-save needs several seconds for 100,000 rules.
    private static readonly TimeSpan _timeLimit = TimeSpan.FromMinutes(1);

    /// <summary>Gets what hides NAT rules, as a clause, or null.</summary>
    public string? NatGap => Join(Gaps.Where(gap => gap.HidesNat));

    /// <summary>Gets what hides rules of any kind, as a clause, or null.</summary>
    public string? AnyGap => Join(Gaps);

    /// <summary>Gets what hides rules about flow tables, as a clause, or null.</summary>
    public string? FlowGap => Join(Gaps.Where(gap => gap.HidesFlows));

    /// <summary>Gets what hides rules that run before conntrack, as a clause, or null.</summary>
    public string? NotrackGap => Join(Gaps.Where(gap => gap.HidesNotrack));

    /// <summary>
    /// Reads the rules in the network namespace of the calling thread with the installed tools. This method changes
    /// nothing.
    /// </summary>
    /// <exception cref="OperationCanceledException">Thrown when the caller canceled the reading.</exception>
    public static FirewallReading Read(CancellationToken cancellationToken)
    {
        ToolOutput Run(string name, params string[] arguments) =>
            ListingTool.Run(name, arguments, _timeLimit, cancellationToken);

        ToolOutput[] saves = [Run(NftSave), Run(LegacySave)];
        if (!saves.All(save => save.IsInstalled))
        {
            saves = [.. saves, Run(AnySave)];
        }

        return Of(
            arguments => Run(RulePlace.Nft, ["--json", "list", .. arguments]), saves, ReadLegacyTables());
    }

    /// <summary>Combines the output of the tools.</summary>
    /// <param name="list">
    /// Runs "nft --json list" with further arguments. The tables that iptables-save shows are not listed by nft, which
    /// shows less of them and needs more time.
    /// </param>
    /// <param name="saves">
    /// The output of the variants of iptables-save. Of two outputs with the rules of one interface, the first counts.
    /// </param>
    /// <param name="legacyTables">The tables of the older kernel interface.</param>
    public static FirewallReading Of(
        Func<string[], ToolOutput> list, IReadOnlyList<ToolOutput> saves, IReadOnlyList<string> legacyTables)
    {
        var rules = new FirewallRuleset();
        var gaps = new List<FirewallGap>();
        HashSet<string> saved = [], savedLegacy = [];
        // iptables-save is one of the two variants, and shows the rules of that variant again.
        foreach (ToolOutput save in saves.Where(save => save.Output is not null).DistinctBy(IsLegacy))
        {
            bool isLegacy = IsLegacy(save);
            rules.Add(IptablesSave.Read(
                save.Output!.Value, ToolOf(save, isLegacy), isLegacy ? savedLegacy : saved));
        }

        var nft = new NftListing(list, saved);
        rules.Add(nft.Read(gaps));
        string reason = WithoutSave(saves);
        gaps.AddRange(rules.IptablesTables.Select(table => FirewallGap.OfTable(
            $"nft does not show the details of the iptables rules in table {table}{reason}", table.Split(' ')[^1])));
        gaps.AddRange(legacyTables.Where(table => !savedLegacy.Contains(table)).Select(table => FirewallGap.OfTable(
            $"the rules of iptables-legacy in table {table} were not read{reason}", table)));
        return new FirewallReading(rules, gaps);
    }

    /// <summary>
    /// Returns whether a tool reads the older interface. iptables-save names the newer one: "(nf_tables)".
    /// </summary>
    private static bool IsLegacy(ToolOutput save) =>
        save.Tool == LegacySave || (save.Tool == AnySave && !IsOfNftables(save.Output!.Value.Span));

    private static bool IsOfNftables(ReadOnlySpan<byte> output) =>
        output.StartsWith("#"u8)
        && output[..(output.IndexOf((byte)'\n') is var end and >= 0 ? end : output.Length)] is var first
        && (first.IndexOf("nf_tables"u8) >= 0 || first.IndexOf("iptables-nft"u8) >= 0);

    private static string ToolOf(ToolOutput save, bool isLegacy) =>
        save.Tool == AnySave ? "iptables" : isLegacy ? "iptables-legacy" : "iptables-nft";

    private static string WithoutSave(IReadOnlyList<ToolOutput> saves) =>
        saves.FirstOrDefault(save => save.Fault is not null) is { } failed ? $" ({failed.Tool} failed: {failed.Fault})"
        : saves.Any(save => save.IsInstalled) ? string.Empty
        : $" ({AnySave} is not in PATH)";

    private static string? Join(IEnumerable<FirewallGap> gaps) =>
        gaps.Select(gap => gap.Clause).Distinct().ToArray() is { Length: > 0 } clauses
            ? string.Join("; ", clauses)
            : null;

    private static string[] ReadLegacyTables()
    {
        try
        {
            return File.ReadAllLines(LegacyTables);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Without the file there are no such tables. A process that may not read the file may not run nft either.
            return [];
        }
    }
}

/// <summary>Represents rules that could not be read.</summary>
/// <param name="Clause">Which rules, and why, as a clause.</param>
/// <param name="HidesNat">Whether NAT rules may be among them.</param>
/// <param name="HidesNotrack">Whether rules that run before conntrack may be among them.</param>
/// <param name="HidesFlows">Whether rules about flow tables may be among them.</param>
internal sealed record FirewallGap(
    string Clause, bool HidesNat = true, bool HidesNotrack = true, bool HidesFlows = true)
{
    /// <summary>Returns the gap of a table of iptables.</summary>
    public static FirewallGap OfTable(string clause, string table) =>
        new(clause, HidesNat: table is not ("raw" or "filter" or "mangle" or "security"), HidesNotrack: table is not
            ("nat" or "filter" or "mangle" or "security"), HidesFlows: table is not ("nat" or "raw" or "security"));
}
