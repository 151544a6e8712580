using System.Globalization;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.Cisco;

/// <summary>
/// Represents a translation of Cisco and prints it as IOS and IOS XE do. The class follows captures, not the reader. An
/// end is null where the router prints dashes.
/// </summary>
internal sealed record PrintedTranslation
{
    /// <summary>Gets the first word of the row: a protocol, "any" or dashes.</summary>
    public required string Name { get; init; }

    public required TransportEndPoint? InsideGlobal { get; init; }

    public required TransportEndPoint? InsideLocal { get; init; }

    public required TransportEndPoint? OutsideLocal { get; init; }

    public required TransportEndPoint? OutsideGlobal { get; init; }

    /// <summary>Gets the protocol, or null if the first word names no protocol.</summary>
    public IPProtocol? Protocol { get; init; }

    /// <summary>Gets the VRF, or null for the global one.</summary>
    public string? Domain { get; init; }

    /// <summary>Gets the seconds since the translation was created.</summary>
    public int Age { get; init; }

    /// <summary>Gets the seconds until the translation expires, or null if it never does.</summary>
    public int? Left { get; init; }

    public int Id { get; init; }

    public string Flags { get; init; } = "extended";

    /// <summary>Gets whether the router prints the heading again in the middle of the entry.</summary>
    public bool HasHeading { get; init; }

    public bool IsStatic => Protocol is null || InsideGlobal is null || OutsideGlobal is null;

    /// <summary>Prints the lines of the translation.</summary>
    public string Print(CiscoForm form)
    {
        int width = form.IsXE ? 21 : 18;
        string[] ends =
        [
            .. new[] { InsideGlobal, InsideLocal, OutsideLocal }.Select(end => Text(end).PadRight(width)),
            Text(OutsideGlobal),
        ];
        string row = $"{Name.PadRight(form.IsXE ? 4 : 3)} {string.Join(' ', ends)}";
        return !form.IsVerbose ? row + "\n" : form.IsXE ? $"{row}\n{XEDetails()}" : $"{row}\n{Details()}";
    }

    private string Details()
    {
        string time = Left is { } left ? $"timeout:86400000, left {Clock(left)}, " : "timeout:0, ";
        string vrf = Domain is null ? string.Empty : $"VRF : {Domain}, ";
        string heading = HasHeading ? CiscoForm.Heading : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"    create {Clock(Age)}, use {Clock(0)} {time}\n{heading}    flags: \n{Flags}, use_count: 0, {vrf}"
            + $"entry-id: {Id}, lc_entries: 0\n");
    }

    private string XEDetails()
    {
        string vrf = Domain is null ? string.Empty : $"VRF: {Domain}, ";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"  create: 02/12/25 16:06:36, use: 02/12/25 16:15:19, timeout: {Clock(Left ?? 0)}\n  RuleID : 2\n"
            + $"  Flags: unknown\n  ALG Application Type: NA\n  WLAN-Flags: unknown\n"
            + $"  Mac-Address: 0000.0000.0000    Input-IDB: GigabitEthernet2\n  {vrf}entry-id: {Id}, use_count:1\n"
            + $"  In_pkts: 3 In_bytes: 212, Out_pkts: 2 Out_bytes: 120 \n  Output-IDB: GigabitEthernet1 \n\n");
    }

    private static string Clock(int seconds) => string.Create(
        CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}");

    // The identifier of ICMP and the port 0 of GRE are printed as ports.
    private string Text(TransportEndPoint? end) =>
        end is not { } known ? "---" : Protocol is null && known.Port == 0 ? known.Address : known.ToString();
}

/// <summary>Represents a system of Cisco and the keyword verbose.</summary>
public sealed record CiscoForm(bool IsXE, bool IsVerbose)
{
    /// <summary>The heading of classic IOS.</summary>
    public const string Heading = "Pro Inside global      Inside local       Outside local      Outside global\n";

    /// <summary>Prints a whole listing, as a terminal shows it.</summary>
    internal string Print(IReadOnlyCollection<PrintedTranslation> translations)
    {
        string heading = IsXE
            ? "Pro  Inside global         Inside local          Outside local         Outside global\n"
            : Heading;
        string command = IsVerbose ? "show ip nat translations verbose" : "show ip nat translations";
        return $"Router#{command}\n{heading}"
            + string.Concat(translations.Select(translation => translation.Print(this)))
            + $"Total number of translations: {translations.Count}\nRouter#\n";
    }
}
