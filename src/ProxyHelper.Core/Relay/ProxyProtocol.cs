namespace ProxyHelper.Relay;

/// <summary>Specifies the header with the original ends that the relay sends to its target first.</summary>
public enum ProxyProtocol
{
    /// <summary>The binary header of version 2 of the PROXY protocol (HAProxy, doc/proxy-protocol.txt).</summary>
    V2,

    /// <summary>The text line of version 1.</summary>
    V1,

    /// <summary>No header. The target does not learn the original ends.</summary>
    None,
}
