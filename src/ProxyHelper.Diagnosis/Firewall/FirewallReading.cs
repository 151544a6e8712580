namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents the rules that could be read, and the rules that could not.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Gap">
/// What could not be read and why, as a clause. Null if everything was read, so that a rule that is not among them is
/// not loaded.
/// </param>
internal sealed record FirewallReading(FirewallRuleset Rules, string? Gap)
{
    // This file has content while the older kernel interface has tables.
    private const string LegacyTables = "/proc/thread-self/net/ip_tables_names";
    private const string Nft = "nft";
    private const string NftSave = "iptables-nft-save";
    private const string LegacySave = "iptables-legacy-save";
    private const string AnySave = "iptables-save";

    /// <summary>
    /// Reads the rules in the network namespace of the calling thread with the installed tools. This method changes
    /// nothing.
    /// </summary>
    /// <exception cref="OperationCanceledException">Thrown when the caller canceled the reading.</exception>
    public static FirewallReading Read(CancellationToken cancellationToken)
    {
        ToolOutput nft = FirewallTool.Run(Nft, ["--json", "list", "ruleset"], cancellationToken);
        string[] names = [NftSave, LegacySave];
        ToolOutput[] saves = [.. names.Select(name => FirewallTool.Run(name, [], cancellationToken))];
        if (!saves.All(save => save.IsInstalled))
        {
            saves = [.. saves, FirewallTool.Run(AnySave, [], cancellationToken)];
        }

        return Of(nft, saves, HasLegacyTables());
    }

    /// <summary>Combines the output of the tools.</summary>
    /// <param name="nft">The output of "nft --json list ruleset".</param>
    /// <param name="saves">The output of the variants of iptables-save.</param>
    /// <param name="hasLegacyTables">Whether the older kernel interface has tables.</param>
    public static FirewallReading Of(ToolOutput nft, IReadOnlyList<ToolOutput> saves, bool hasLegacyTables)
    {
        FirewallRuleset? read = nft.Text is null ? null : NftRuleset.TryRead(nft.Text);
        FirewallRuleset rules = read ?? new FirewallRuleset();
        bool hasLegacy = false;
        foreach (ToolOutput save in saves.Where(save => save.Text is not null))
        {
            bool isLegacy = IsLegacy(save);
            var tables = new List<string>();
            FirewallRuleset saved = IptablesSave.Read(save.Text!, isLegacy ? LegacySave : NftSave, tables);
            rules.Complete(saved, isLegacy ? [] : tables);
            hasLegacy |= isLegacy;
        }

        string? gap = read is null ? WithoutNft(nft, saves)
            : rules.IptablesTables.Count > 0 ? WithoutDetails(rules.IptablesTables) + WithoutSave(saves)
            : hasLegacyTables && !hasLegacy ? $"iptables-legacy has rules{WithoutSave(saves)}"
            : null;
        return new FirewallReading(rules, gap);
    }

    /// <summary>
    /// Returns whether a tool reads the older interface. iptables-save names the newer one: "(nf_tables)".
    /// </summary>
    private static bool IsLegacy(ToolOutput save) => save.Tool == LegacySave
        || (save.Tool == AnySave
            && !save.Text!.Contains("nf_tables", StringComparison.Ordinal)
            && !save.Text.Contains(NftSave, StringComparison.Ordinal));

    private static string WithoutDetails(IEnumerable<string> tables) =>
        $"nft does not show the details of the iptables rules in table {string.Join(", ", tables)}";

    private static string WithoutNft(ToolOutput nft, IReadOnlyList<ToolOutput> saves)
    {
        string reason = nft.Fault is { } fault ? $"nft failed: {fault}"
            : nft.Text is not null ? "the output of nft cannot be parsed"
            : "nft is not in PATH";
        return saves.Any(save => save.Text is not null)
            ? $"{reason}; only the iptables rules were read"
            : reason + WithoutSave(saves);
    }

    private static string WithoutSave(IReadOnlyList<ToolOutput> saves) =>
        saves.FirstOrDefault(save => save.Fault is not null) is { } failed
            ? $", and {failed.Tool} failed: {failed.Fault}"
        : saves.Any(save => save.IsInstalled) ? string.Empty
        : $", and {AnySave} is not in PATH";

    private static bool HasLegacyTables()
    {
        try
        {
            return File.ReadAllText(LegacyTables).Length > 0;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Without the file there are no such tables. A process that may not read the file may not run nft either.
            return false;
        }
    }
}
