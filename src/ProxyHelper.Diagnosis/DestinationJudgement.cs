using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis;

/// <summary>Represents what the checks know about the DNAT.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="Proxy">The end point that the DNAT must translate to, or null if it is not known.</param>
/// <param name="Targets">The end points that rules translate to, or may translate to.</param>
/// <param name="Doubt">Why the targets are not certain, as a clause, or null.</param>
internal sealed record DestinationJudgement(
    Finding Finding, TransportEndPoint? Proxy, IReadOnlyList<TransportEndPoint> Targets, string? Doubt)
{
    /// <summary>Gets whether the proxy is known for certain.</summary>
    public bool IsCertain => Proxy is not null && Doubt is null;

    /// <summary>Returns the finding of a check that needs the address of the proxy, but does not know it.</summary>
    /// <param name="check">The name of the check.</param>
    /// <param name="words">The words of the caller.</param>
    public Finding WithoutProxy(string check, CallerWords words)
    {
        const string Unknown = "The address of the proxy is not known";
        string action = words.GiveProxy(Targets is [var first, ..] ? first : null);
        return Doubt is null
            ? Finding.Skipped(check, $"{Unknown}.", action)
            : Finding.Warning(check, $"{Unknown}: {Doubt}.", action);
    }
}
