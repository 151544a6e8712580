using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis;

/// <summary>What a set-up is to be: what is not given is found out where that can be done.</summary>
public sealed record InspectionOptions
{
    /// <summary>What this host is, or null to find out.</summary>
    public SetupRole? Role { get; init; }

    /// <summary>The address that the helper answers on, IPv4; 0.0.0.0 for all of the router's.</summary>
    public IPAddress? HelperAddress { get; init; }

    /// <summary>The helper's UDP port; else smtp-gated's remote_port where its configuration is here, else 114.</summary>
    public int? Port { get; init; }

    /// <summary>Where DNAT leads the users' mail.</summary>
    public TransportEndPoint? Proxy { get; init; }

    /// <summary>The TCP port that users open connections to.</summary>
    public int SmtpPort { get; init; } = 25;

    /// <summary>The shared secret; else smtp-gated's remote_udp_secret where its configuration is here, else none.</summary>
    public uint? Secret { get; init; }

    /// <summary>smtp-gated's configuration.</summary>
    public string SmtpGatedConfiguration { get; init; } = "/etc/smtp-gated.conf";

    /// <summary>How long to wait for each answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a helper of this process has refused a wrong secret, or null where it is another process's.</summary>
    public Func<long>? WrongSecrets { get; init; }

    /// <summary>What is to be. The secret is not in it.</summary>
    public override string ToString() => $"{HelperAddress}:{Port}, proxy {Proxy}";
}
