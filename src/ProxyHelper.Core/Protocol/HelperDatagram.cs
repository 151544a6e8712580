namespace ProxyHelper.Protocol;

/// <summary>
/// Describes the datagram of smtp-gated's helper protocol, as observed on smtp-gated 1.4.21. Query and reply have the
/// same layout. All numbers are in network byte order. The cookie is opaque.
/// </summary>
internal static class HelperDatagram
{
    /// <summary>The size of a datagram in bytes.</summary>
    public const int Size = 66;

    /// <summary>The first four bytes: "RPHD".</summary>
    public const uint Magic = 0x52504844;

    /// <summary>The version of the protocol.</summary>
    public const ushort Version = 0x0402;

    /// <summary>The flags of a query.</summary>
    public const ushort QueryFlags = 0x0001;

    /// <summary>The flags of a reply that says found.</summary>
    public const ushort FoundFlags = 0x0012;

    /// <summary>The flags of a reply that says not found.</summary>
    public const ushort NotFoundFlags = 0x0022;

    public const int CookieOffset = 4;
    public const int SecretOffset = 8;
    public const int VersionOffset = 12;
    public const int FlagsOffset = 14;
    public const int SourceOffset = 16;
    public const int DestinationOffset = 20;
    public const int SourcePortOffset = 24;
    public const int DestinationPortOffset = 26;
    public const int IdentOffset = 28;

    /// <summary>The size of the ident in bytes, with a NUL at the end.</summary>
    public const int IdentSize = 32;
}
