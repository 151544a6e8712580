using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Pf;

/// <summary>Works out the four ends of a state from its hosts.</summary>
internal struct PfEnds
{
    /// <summary>The source before translation. It is null if pf does not show it.</summary>
    public TransportEndPoint? OriginalSource;

    public TransportEndPoint? OriginalDestination;
    public TransportEndPoint? TranslatedSource;
    public TransportEndPoint? TranslatedDestination;
    public ushort OriginalDomain;
    public ushort TranslatedDomain;
    public bool IsOut;
    public bool TranslatesFamily;
    public byte? IcmpType;

    /// <summary>Returns the ends with their protocol.</summary>
    public readonly MappingEnds Of(IPProtocol? protocol) =>
        new(protocol, OriginalSource, OriginalDestination, TranslatedSource, TranslatedDestination);

    /// <summary>Works out the ends.</summary>
    /// <returns>The first fault.</returns>
    public PfFault Read(scoped in PfHosts hosts, IPProtocol? protocol)
    {
        IsOut = hosts.IsForward;
        PfFault fault = hosts.HasLast ? ReadOld(hosts) : ReadNew(hosts);
        if (fault == PfFault.None && ProtocolPorts.IsIcmp(protocol))
        {
            ReadIcmp();
        }

        return fault;
    }

    // Translated hosts are outside the brackets, original hosts are inside.
    private PfFault ReadNew(scoped in PfHosts hosts)
    {
        PfHost left = hosts.HasLeftInside ? hosts.LeftInside : hosts.Left;
        PfHost right = hosts.HasRightInside ? hosts.RightInside : hosts.Right;
        if (left.Family != right.Family || hosts.Left.Family != hosts.Right.Family)
        {
            return PfFault.MixedFamilies;
        }

        // pf translates the family of a state that comes in, and prints the arrow of a state that goes out.
        TranslatesFamily = left.Family != hosts.Left.Family;
        if (TranslatesFamily && !hosts.IsForward)
        {
            return PfFault.MixedFamilies;
        }

        IsOut &= !TranslatesFamily;
        OriginalDomain = left.RoutingDomain;
        TranslatedDomain = hosts.Left.RoutingDomain;
        (OriginalSource, OriginalDestination) = hosts.IsForward ? (left.End, right.End) : (right.End, left.End);
        (TranslatedSource, TranslatedDestination) =
            hosts.IsForward ? (hosts.Left.End, hosts.Right.End) : (hosts.Right.End, hosts.Left.End);
        return left.RoutingDomain == right.RoutingDomain && hosts.Left.RoutingDomain == hosts.Right.RoutingDomain
            ? PfFault.None
            : PfFault.MixedDomains;
    }

    // Out: original source, translated source, destination. In: translated destination, original destination, source.
    private PfFault ReadOld(scoped in PfHosts hosts)
    {
        if (hosts.HasLeftInside || hosts.HasRightInside)
        {
            return PfFault.MixedForms;
        }

        if (hosts.Right.Family != hosts.Last.Family)
        {
            return PfFault.MixedFamilies;
        }

        // If macOS translates the family, it does not show the far host's address in the family of the left host.
        TranslatesFamily = hosts.Left.Family != hosts.Right.Family;
        TransportEndPoint? far = TranslatesFamily ? null : hosts.Last.End;
        if (hosts.IsForward)
        {
            OriginalSource = hosts.Left.End;
            OriginalDestination = far;
            TranslatedSource = hosts.Right.End;
            TranslatedDestination = hosts.Last.End;
        }
        else
        {
            OriginalSource = hosts.Last.End;
            OriginalDestination = hosts.Right.End;
            TranslatedSource = far;
            TranslatedDestination = hosts.Left.End;
        }

        return PfFault.None;
    }

    // The number of the source is the identifier. The number of the destination is the identifier again, or the type.
    private void ReadIcmp()
    {
        ushort? number = TranslatedDestination?.Port;
        bool isIdentifier = number == OriginalSource?.Port || number == TranslatedSource?.Port;
        IcmpType = number is > 0 and <= byte.MaxValue && !isIdentifier ? (byte)number : null;
        OriginalDestination = OriginalDestination?.WithPort(0);
        TranslatedDestination = TranslatedDestination?.WithPort(0);
    }
}
