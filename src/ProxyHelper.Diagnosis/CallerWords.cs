using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Represents the words of the program that shows the findings: its options, and the commands to run next. The findings
/// of this library name no option and no command of a program by themselves.
/// </summary>
public sealed record CallerWords
{
    /// <summary>Gets the name of the option for the port of the helper.</summary>
    public required string PortOption { get; init; }

    /// <summary>Gets the name of the option for the TCP port of the helper.</summary>
    public required string TcpPortOption { get; init; }

    /// <summary>Gets the name of the option for the file of the secret.</summary>
    public required string SecretFileOption { get; init; }

    /// <summary>Gets a sentence that says how to give the address of the helper.</summary>
    public required string GiveHelperAddress { get; init; }

    /// <summary>
    /// Gets a function that returns a sentence that says how to give or find the address and port of the proxy. Its
    /// argument is an end point that may be the proxy, or null if none is known.
    /// </summary>
    public required Func<TransportEndPoint?, string> GiveProxy { get; init; }

    /// <summary>Gets a function that returns a sentence that says how to give the role of this host.</summary>
    public required Func<SetupRole, string> GiveRole { get; init; }

    /// <summary>Gets a function that returns the command that starts a helper on an address and port.</summary>
    public required Func<IPEndPoint, string> StartHelper { get; init; }

    /// <summary>Gets a function that returns the step after which the helper has another address.</summary>
    public required Func<IPEndPoint, string> ChangeAddress { get; init; }

    /// <summary>
    /// Gets a function that returns a sentence that says how to add addresses to the list of allowed proxies of a
    /// helper.
    /// </summary>
    public required Func<IPEndPoint, IReadOnlyList<IPAddress>, string> AllowProxies { get; init; }

    /// <summary>Gets a sentence, without a full stop, that says how to give the ports of the other router.</summary>
    public required string GivePeerPorts { get; init; }

    /// <summary>
    /// Gets a sentence that says how a helper starts while the other router of a pair has its address.
    /// </summary>
    public required string AllowAbsentAddress { get; init; }

    /// <summary>Gets the name of the option for the grace after a failover.</summary>
    public required string FailoverGraceOption { get; init; }

    /// <summary>Gets the command that lists the conntrack entries, also those without NAT.</summary>
    public required string ListEntries { get; init; }

    /// <summary>Gets sentences that say how to see whether the kernel goes on dropping, and what to do then.</summary>
    public required string WatchDrops { get; init; }

    /// <summary>Gets a sentence that says how to check the proxy, too.</summary>
    public required string CheckProxy { get; init; }

    /// <summary>Gets the words for findings on the proxy, or null if the program runs only on the router.</summary>
    public ProxyWords? OnProxy { get; init; }

    /// <summary>Returns the words for findings on the proxy if this host is the proxy, else null.</summary>
    internal ProxyWords? ForProxy(SetupRole role) => role == SetupRole.Proxy ? OnProxy : null;
}

/// <summary>Represents the words of a program for findings on the proxy.</summary>
public sealed record ProxyWords
{
    /// <summary>Gets a sentence that says how to give the address of the helper on the router.</summary>
    public required string GiveHelperAddress { get; init; }

    /// <summary>
    /// Gets a function that returns a sentence that says how to give the path of smtp-gated's configuration.
    /// </summary>
    public required Func<string, string> GiveSmtpGatedConfiguration { get; init; }

    /// <summary>Gets the command that lists the helpers on the router.</summary>
    public required string ListHelpers { get; init; }

    /// <summary>Gets sentences that say how the counters of the helper tell a firewall from a refused query.</summary>
    public required string ReadCounters { get; init; }
}
