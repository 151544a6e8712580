using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Reads a rule as iptables-save writes it: options with their values, and the target after -j.</summary>
internal sealed class IptablesRule
{
    private readonly List<FirewallCondition> _conditions = [];
    private readonly RulePlace _place;
    private string _target = string.Empty;
    private bool _isGoto;
    private string? _destination;
    private bool _isNotrack;

    private IptablesRule(RulePlace place) => _place = place;

    /// <summary>Reads the words of a rule after the name of the chain.</summary>
    public static FirewallRule Read(ReadOnlySpan<string> words, RulePlace place)
    {
        var rule = new IptablesRule(place);
        bool isNegated = false;
        for (int i = 0; i < words.Length; i++)
        {
            string option = words[i];
            if (option == "!")
            {
                isNegated = true;
                continue;
            }

            // An option has one value or none. A free text can be any word.
            bool hasValue = i + 1 < words.Length
                && (IsFreeText(option) || (!words[i + 1].StartsWith('-') && words[i + 1] != "!"));
            string? value = hasValue ? words[++i] : null;
            if (option == "--tcp-flags" && i + 1 < words.Length)
            {
                value += $" {words[++i]}"; // the mask and the flags
            }

            rule.Take(option, value, isNegated);
            isNegated = false;
        }

        return rule.Make();
    }

    /// <summary>Returns the words of a line. A word in quotation marks can have spaces.</summary>
    public static string[] Words(string line)
    {
        if (!line.Contains('"', StringComparison.Ordinal))
        {
            return line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }

        var words = new List<string>();
        var word = new StringBuilder();
        bool isQuoted = false, isWord = false;
        for (int i = 0; i < line.Length; i++)
        {
            char letter = line[i];
            if (letter == '\\' && isQuoted && i + 1 < line.Length)
            {
                word.Append(line[++i]);
            }
            else if (letter == '"')
            {
                (isQuoted, isWord) = (!isQuoted, true);
            }
            else if (letter == ' ' && !isQuoted)
            {
                words.AddRange(isWord ? [word.ToString()] : []);
                word.Clear();
                isWord = false;
            }
            else
            {
                word.Append(letter);
                isWord = true;
            }
        }

        words.AddRange(isWord ? [word.ToString()] : []);
        return [.. words];
    }

    private static bool IsFreeText(string option) => option is "--comment" or "--log-prefix" or "--nflog-prefix"
        or "--string" or "--hex-string" or "--helper" or "--name" or "--hashlimit-name" or "--match-set" or "-j"
        or "-g";

    private void Take(string option, string? value, bool isNegated)
    {
        switch (option)
        {
            case "-j" or "-g":
                (_target, _isGoto) = (value ?? string.Empty, option == "-g");
                break;
            case "--to-destination" or "--to-source":
                _destination = value;
                break;
            case "--notrack":
                _isNotrack = true;
                break;
            case "-m" when value is "rpfilter": // The route back, which the administrator chose.
                _conditions.Add(FirewallCondition.OfDevice(() => "-m rpfilter"));
                break;
            case "-m" when value is "tcp" or "udp" or "multiport" or "addrtype" or "conntrack" or "state" or "comment"
                or "iprange":
            case "--comment" or "--to-ports" or "--hw" or "--random" or "--random-fully" or "--persistent":
                break; // The options of a match are its conditions. The other options change no route.
            default:
                string start = isNegated ? "! " : string.Empty;
                _conditions.Add(Condition(
                    option, value, isNegated, () => value is null ? $"{start}{option}" : $"{start}{option} {value}"));
                break;
        }
    }

    private static FirewallCondition Condition(
        string option, string? value, bool isNegated, Func<string> text) => (option, value) switch
    {
        ("-i" or "-o", "lo") => FirewallCondition.Of(PacketField.Loopback, 1, text, isNegated),
        ("-i" or "-o", not null) => FirewallCondition.OfDevice(text),
        ("--invert" or "--loose" or "--validmark" or "--accept-local", _) => // of rpfilter
            FirewallCondition.OfDevice(text),
        ("-p", not null) when NftValues.TryReadProtocol(value, out uint protocol) =>
            FirewallCondition.Of(PacketField.Protocol, protocol, text, isNegated),
        ("-s", not null) => Listed(PacketField.SourceAddress, AddressRange(value), isNegated, text),
        ("-d", not null) => Listed(PacketField.DestinationAddress, AddressRange(value), isNegated, text),
        ("--src-range", not null) => Listed(PacketField.SourceAddress, Addresses(value), isNegated, text),
        ("--dst-range", not null) => Listed(PacketField.DestinationAddress, Addresses(value), isNegated, text),
        ("--sport" or "--sports", not null) => Listed(PacketField.SourcePort, PortRanges(value), isNegated, text),
        ("--dport" or "--dports", not null) => Listed(PacketField.DestinationPort, PortRanges(value), isNegated, text),
        ("--ctorigdstport", not null) =>
            Listed(PacketField.OriginalDestinationPort, PortRanges(value), isNegated, text),
        ("--tcp-flags", not null) => Listed(PacketField.TcpFlags, TcpFlags.ReadIptables(value), isNegated, text),
        ("--dst-type", "LOCAL") => FirewallCondition.Of(PacketField.DestinationIsLocal, 1, text, isNegated),
        ("--ctstate" or "--state", "DNAT") =>
            FirewallCondition.Of(PacketField.DestinationIsTranslated, 1, text, isNegated),
        ("--ctstate" or "--state", not null) when !value.Split(',').Contains("DNAT") =>
            FirewallCondition.Of(PacketField.IsNew, value.Split(',').Contains("NEW") ? 1u : 0, text, isNegated),
        _ => FirewallCondition.Unclear(text),
    };

    private static FirewallCondition Listed(
        PacketField field, NumberSet? values, bool isNegated, Func<string> text) => values is null
            ? FirewallCondition.Unclear(text)
            : new FirewallCondition(field, values, isNegated, text);

    private static NumberSet? AddressRange(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        int length = 32;
        bool isPrefix = slash < 0 || NumberText.TryRead(text.AsSpan(slash + 1), out length);
        return isPrefix
            && IPv4Address.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out IPv4Address address)
            && NumberRange.OfPrefix(address, length) is { } range
            ? NumberSet.Of(range)
            : null;
    }

    private static NumberSet? Addresses(string text) =>
        text.Split('-') is { Length: <= 2 } ends
        && IPv4Address.TryParse(ends[0], out IPv4Address first)
        && IPv4Address.TryParse(ends[^1], out IPv4Address last)
            ? NumberSet.Of(new NumberRange(first, last))
            : null;

    private static NumberSet? PortRanges(string text)
    {
        var ranges = new List<NumberRange>();
        foreach (string part in text.Split(','))
        {
            if (Range(part, ':') is not { } range)
            {
                return null;
            }

            ranges.Add(range);
        }

        return NumberSet.Of(ranges);
    }

    private static NumberRange? Range(string text, char separator)
    {
        string[] ends = text.Split(separator);
        return ends.Length <= 2
            && NumberText.TryRead(ends[0], out uint first)
            && NumberText.TryRead(ends[^1], out uint last)
            ? new NumberRange(first, last)
            : null;
    }

    /// <summary>
    /// Returns the new addresses and ports after --to-destination or --to-source: 194.0.22.9, 194.0.22.9:9199,
    /// 194.0.1.1-194.0.1.4:1024-2047.
    /// </summary>
    private (NumberRange? Addresses, NumberRange? Ports) Destination()
    {
        string[] parts = (_destination ?? string.Empty).Split(':');
        NumberRange? ports = parts.Length == 2 ? Range(parts[1], '-') : null;
        bool isRead = parts.Length == 1 || ports is not null;
        return isRead && Addresses(parts[0])?.Only is { } addresses ? (addresses, ports) : (null, null);
    }

    private FirewallRule Make()
    {
        FirewallAction action = _target switch
        {
            "ACCEPT" => FirewallAction.Accept,
            "DROP" or "REJECT" => FirewallAction.Drop,
            "QUEUE" or "NFQUEUE" or "TPROXY" => FirewallAction.Unclear, // Other programs decide.
            "RETURN" => FirewallAction.Return,
            "DNAT" => FirewallAction.DestinationNat,
            "SNAT" => FirewallAction.SourceNat,
            "MASQUERADE" => FirewallAction.Masquerade,
            "REDIRECT" => FirewallAction.Redirect,
            "NOTRACK" => FirewallAction.Notrack,
            "CT" when _isNotrack => FirewallAction.Notrack,
            "FLOWOFFLOAD" => FirewallAction.Offload, // OpenWrt's kernel has this target
            "" or "LOG" or "NFLOG" or "MARK" or "CONNMARK" or "CT" or "TCPMSS" => FirewallAction.Continue,
            _ => _isGoto ? FirewallAction.Goto : FirewallAction.Jump, // a chain; a missing chain is unclear to the walk
        };
        (NumberRange? addresses, NumberRange? ports) = Destination();
        return new FirewallRule
        {
            Conditions = _conditions,
            Action = action,
            Chain = action is FirewallAction.Jump or FirewallAction.Goto ? _place with { Chain = _target } : null,
            Addresses = addresses,
            Ports = ports,
            Name = _target,
            Place = _place,
        };
    }
}
