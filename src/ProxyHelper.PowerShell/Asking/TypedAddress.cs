using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.PowerShell;

/// <summary>Represents what a user typed as the address of a helper. An error message depends on its form.</summary>
/// <param name="Text">The text.</param>
/// <param name="Form">The form of the text.</param>
/// <param name="Host">The address or the host name in the text, without a port.</param>
/// <param name="Port">The port in the text, or null.</param>
internal readonly record struct TypedAddress(string Text, AddressForm Form, string Host, int? Port)
{
    // Broadcast and reserved addresses follow.
    private static readonly IPv4Address _firstMulticast = IPv4Address.Parse("224.0.0.0");

    /// <summary>Gets the IPv4 address. The form must be one of an IPv4 address.</summary>
    public IPAddress Address => IPv4Address.Parse(Host).ToIPAddress();

    /// <summary>Reads a text. Unlike the parser of .NET, it does not take 194.0.1 for 194.0.0.1.</summary>
    public static TypedAddress Read(string text)
    {
        text = text.Trim();
        int colon = text.LastIndexOf(':');
        string host = text[..Math.Max(colon, 0)].Trim('[', ']');
        bool hasPort = !host.Contains(':', StringComparison.Ordinal) || text[0] == '[';
        if (hasPort && NumberText.TryRead(text.AsSpan(colon + 1), out int port)
            && FormOf(host) is not AddressForm.Unreadable)
        {
            return new TypedAddress(text, AddressForm.WithPort, host, port);
        }

        string bare = text.Trim('[', ']');
        return new TypedAddress(text, FormOf(bare), bare, Port: null);
    }

    private static AddressForm FormOf(string host)
    {
        if (IPv4Address.TryParse(host, out IPv4Address address))
        {
            return address == IPv4Address.Any ? AddressForm.AllAddresses
                : address >= _firstMulticast ? AddressForm.Group
                : AddressForm.OneHost;
        }

        return AddressText.TryRead(host, out _) ? AddressForm.IPv6
            : EndPointPattern.TryParseAddresses(host, out _, out _) ? AddressForm.Prefix
            : IsHostName(host) ? AddressForm.HostName
            : AddressForm.Unreadable;
    }

    // A name of digits and points only is an address with a fault.
    private static bool IsHostName(string text) =>
        Uri.CheckHostName(text) == UriHostNameType.Dns
        && text.Any(letter => !char.IsAsciiDigit(letter) && letter != '.')
        && !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Specifies the forms of a text in the place of an address.</summary>
internal enum AddressForm
{
    /// <summary>An IPv4 address of one host.</summary>
    OneHost,

    /// <summary>The address 0.0.0.0.</summary>
    AllAddresses,

    /// <summary>A multicast, broadcast or reserved IPv4 address.</summary>
    Group,

    /// <summary>An IPv6 address.</summary>
    IPv6,

    /// <summary>An address or a host name with a port.</summary>
    WithPort,

    /// <summary>A prefix, such as 194.0.22.0/24.</summary>
    Prefix,

    /// <summary>A host name.</summary>
    HostName,

    /// <summary>Something else.</summary>
    Unreadable,
}
