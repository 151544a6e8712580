namespace ProxyHelper.Client;

/// <summary>The two ways in which smtp-gated asks a helper.</summary>
public enum HelperProtocol
{
    /// <summary>By datagrams of 66 bytes (mode remote-udp).</summary>
    Udp,

    /// <summary>By a line over TCP, in the form of RFC 1413 (mode remote).</summary>
    Origin,
}
