namespace ProxyHelper.Client;

/// <summary>Specifies how a helper is asked. smtp-gated knows both ways.</summary>
public enum HelperTransport
{
    /// <summary>Datagrams of 66 bytes over UDP (smtp-gated's mode remote-udp).</summary>
    Udp,

    /// <summary>A line over TCP, in the form of RFC 1413 (smtp-gated's mode remote).</summary>
    Tcp,
}
