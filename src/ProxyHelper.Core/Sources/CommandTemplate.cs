using System.Globalization;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Sources;

/// <summary>
/// Represents the words of a command with placeholders for the ends of a query. A placeholder receives a canonical
/// address or port, and no other text. The number of words never changes, and no shell reads them.
/// </summary>
internal sealed class CommandTemplate
{
    /// <summary>The largest length of a word, in characters: far below MAX_ARG_STRLEN (linux/binfmts.h).</summary>
    public const int MaxWordLength = 32 * 1024;

    private readonly IReadOnlyList<string> _words;

    /// <summary>Makes a template.</summary>
    /// <exception cref="ArgumentException">Thrown when the words are no command.</exception>
    public CommandTemplate(IReadOnlyList<string> words)
    {
        _words = words;
        if (FindFault(words) is { } fault)
        {
            throw new ArgumentException(fault);
        }
    }

    /// <summary>Returns the reason why words are no command, or null.</summary>
    public static string? FindFault(IReadOnlyList<string> words) =>
        words.Count == 0 || words[0].Length == 0 ? "The command has no program."
        : words.Count > CommandResolver.MaxWords ? $"The command has more than {CommandResolver.MaxWords} words."
        : words.Any(word => word.Contains('\0', StringComparison.Ordinal)) ? "The command contains a NUL character."
        : words.Any(word => word.Length > MaxWordLength)
            ? $"A word of the command is longer than {MaxWordLength} characters."
        : words[0].Contains('{', StringComparison.Ordinal) ? "The program cannot be chosen by a placeholder."
        : null;

    /// <summary>Returns the words for a query, or null if the query has no ports or an unusual protocol.</summary>
    public string[]? For(in MappingQuery query)
    {
        string? protocol = query.Protocol switch
        {
            IPProtocol.Tcp => "tcp",
            IPProtocol.Udp => "udp",
            _ => null,
        };
        if (protocol is null || query.Source.Port == 0 || query.Destination.Port == 0)
        {
            return null;
        }

        (string Placeholder, string Text)[] values =
        [
            ("{source}", query.Source.ToString()),
            ("{destination}", query.Destination.ToString()),
            ("{sourceAddress}", query.Source.Address),
            ("{destinationAddress}", query.Destination.Address),
            ("{sourcePort}", query.Source.Port.ToString(CultureInfo.InvariantCulture)),
            ("{destinationPort}", query.Destination.Port.ToString(CultureInfo.InvariantCulture)),
            ("{protocol}", protocol),
        ];
        return [.. _words.Select(word => values.Aggregate(word, (text, value) =>
            text.Replace(value.Placeholder, value.Text, StringComparison.OrdinalIgnoreCase)))];
    }
}
