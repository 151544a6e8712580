namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>The rules that could be read, and what could not.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Gap">What could not be read and why, in words; null when everything was, so that what is not in it is not there.</param>
internal sealed record FirewallReading(FirewallRuleset Rules, string? Gap)
{
    private const string LegacyTables = "/proc/thread-self/net/ip_tables_names"; // filled while the older kernel interface has tables
    private const string Nft = "nft";
    private const string NftSave = "iptables-nft-save";
    private const string LegacySave = "iptables-legacy-save";
    private const string AnySave = "iptables-save";

    /// <summary>Reads the rules of the calling thread's network namespace with the tools that are there. It changes nothing.</summary>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public static FirewallReading Read(CancellationToken cancellationToken)
    {
        ToolOutput nft = FirewallTool.Run(Nft, ["--json", "list", "ruleset"], cancellationToken);
        ToolOutput[] saves = [.. new[] { NftSave, LegacySave }.Select(name => FirewallTool.Run(name, [], cancellationToken))];
        if (!saves.All(save => save.IsThere))
        {
            saves = [.. saves, FirewallTool.Run(AnySave, [], cancellationToken)];
        }

        return Of(nft, saves, HasLegacyTables());
    }

    /// <summary>Puts together what the tools have written.</summary>
    /// <param name="nft">What "nft --json list ruleset" has.</param>
    /// <param name="saves">What the variants of iptables-save have.</param>
    /// <param name="hasLegacyTables">Whether the older kernel interface has tables.</param>
    public static FirewallReading Of(ToolOutput nft, IReadOnlyList<ToolOutput> saves, bool hasLegacyTables)
    {
        FirewallRuleset? read = nft.Text is null ? null : NftRuleset.TryRead(nft.Text);
        FirewallRuleset rules = read ?? new FirewallRuleset();
        bool hasLegacy = false;
        foreach (ToolOutput save in saves.Where(save => save.Text is not null))
        {
            // iptables-save names the interface that it reads: "(nf_tables)", or the older one.
            bool isLegacy = save.Tool == LegacySave || (save.Tool == AnySave && !save.Text!.Contains("nf_tables", StringComparison.Ordinal) && !save.Text.Contains(NftSave, StringComparison.Ordinal));
            var tables = new List<string>();
            rules.Complete(IptablesSave.Read(save.Text!, isLegacy ? LegacySave : NftSave, tables), isLegacy ? [] : tables);
            hasLegacy |= isLegacy;
        }

        string? gap = read is null ? WithoutNft(nft, saves)
            : rules.IptablesTables.Count > 0 ? $"nft does not tell what the rules of iptables in table {string.Join(", ", rules.IptablesTables)} do{WithoutSave(saves)}"
            : hasLegacyTables && !hasLegacy ? $"there are rules of iptables-legacy{WithoutSave(saves)}"
            : null;
        return new FirewallReading(rules, gap);
    }

    private static string WithoutNft(ToolOutput nft, IReadOnlyList<ToolOutput> saves)
    {
        string reason = nft.Fault is { } fault ? $"nft failed: {fault}"
            : nft.Text is not null ? "what nft wrote cannot be read"
            : "nft is not in PATH";
        return saves.Any(save => save.Text is not null) ? $"{reason}; the rules of iptables were read" : reason + WithoutSave(saves);
    }

    private static string WithoutSave(IReadOnlyList<ToolOutput> saves) =>
        saves.FirstOrDefault(save => save.Fault is not null) is { } failed ? $", and {failed.Tool} failed: {failed.Fault}"
        : saves.Any(save => save.IsThere) ? string.Empty
        : $", and there is no {AnySave} in PATH";

    private static bool HasLegacyTables()
    {
        try
        {
            return File.ReadAllText(LegacyTables).Length > 0;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false; // there are none where there is no such file; who may not read it may not run nft either
        }
    }
}
