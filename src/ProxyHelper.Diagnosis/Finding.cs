using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis;

/// <summary>Represents the outcome of one check of the set-up.</summary>
/// <param name="Check">The name of the check.</param>
/// <param name="Severity">How serious the finding is.</param>
/// <param name="Reason">What the check found, with figures and addresses.</param>
/// <param name="Action">What to do or to type next. Empty if the check passed.</param>
public sealed record Finding(string Check, Severity Severity, string Reason, string Action)
{
    internal static Finding Passed(string check, string reason) => Of(check, Severity.Passed, reason, string.Empty);

    internal static Finding Warning(string check, string reason, string action) =>
        Of(check, Severity.Warning, reason, action);

    internal static Finding Failed(string check, string reason, string action) =>
        Of(check, Severity.Failed, reason, action);

    internal static Finding Skipped(string check, string reason, string action) =>
        Of(check, Severity.Skipped, reason, action);

    // Rules, files and error messages of other programs are in the texts, and their control characters, too.
    private static Finding Of(string check, Severity severity, string reason, string action) =>
        new(check, severity, PrintableText.From(reason), PrintableText.From(action));
}

/// <summary>Specifies how serious a finding is.</summary>
public enum Severity
{
    /// <summary>The part of the set-up is correct.</summary>
    Passed,

    /// <summary>The part works, but not well or not for long, or the check cannot decide.</summary>
    Warning,

    /// <summary>smtp-gated cannot get correct answers with this set-up.</summary>
    Failed,

    /// <summary>The check did not run, because it lacks something that it needs.</summary>
    Skipped,
}

/// <summary>Contains the names of the checks. Scripts select findings by these names.</summary>
internal static class CheckNames
{
    public const string Host = "Host";
    public const string Kernel = "Kernel conntrack";
    public const string Permission = "Permission";
    public const string Table = "Conntrack table";
    public const string Drops = "Conntrack drops";
    public const string Address = "Helper address";
    public const string DestinationNat = "DNAT rule";
    public const string SourceNat = "SNAT rule";
    public const string Allowed = "Allowed proxies";
    public const string Answer = "UDP answer";
    public const string Secret = "Secret";
    public const string Notrack = "Notrack rules";
    public const string FlowTable = "Flow table";
    public const string Pair = "Pair";
    public const string PairAnnouncements = "Pair ARP refresh";
    public const string PairPreemption = "Pair preemption";
    public const string PairConntrackd = "Pair conntrackd";
    public const string PairEntries = "Pair entries";
    public const string PairLimit = "Pair HashLimit";
    public const string PairPorts = "Pair source ports";
    public const string PairPickup = "Pair pick-up";
    public const string PairWindows = "Pair TCP windows";
    public const string PairHelper = "Pair helper";
    public const string PairGrace = "Pair failover grace";
    public const string GatedFile = "smtp-gated file";
    public const string Mode = "smtp-gated mode";
    public const string GatedPort = "smtp-gated remote_port";
    public const string GatedSecret = "smtp-gated secret";
    public const string PerHost = "smtp-gated max_per_host";
    public const string Router = "Router";
    public const string Target = "Target";
    public const string Header = "PROXY header";
    public const string Descriptors = "Open files";
}
