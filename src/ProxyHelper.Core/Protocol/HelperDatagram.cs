namespace ProxyHelper.Protocol;

/// <summary>
/// Where things stand in the datagram of smtp-gated's helper protocol, as observed on smtp-gated 1.4.21. All numbers are
/// big-endian but the cookie, which is opaque.
/// </summary>
internal static class HelperDatagram
{
    /// <summary>A datagram is exactly so many bytes, both ways.</summary>
    public const int Size = 66;

    /// <summary>"RPHD".</summary>
    public const uint Magic = 0x52504844;

    /// <summary>The protocol's version.</summary>
    public const ushort Version = 0x0402;

    /// <summary>The flags of a query.</summary>
    public const ushort QueryFlags = 0x0001;

    /// <summary>The flags of a reply that has the original ends.</summary>
    public const ushort FoundFlags = 0x0012;

    /// <summary>The flags of a reply that has none.</summary>
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

    /// <summary>Room for the ident, its NUL included.</summary>
    public const int IdentSize = 32;
}
