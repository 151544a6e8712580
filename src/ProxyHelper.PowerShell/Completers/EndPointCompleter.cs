using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Offers addresses and end points of the present conntrack entries, or of the saved table that is named.
/// </summary>
/// <remarks>
/// A filter gets addresses, and end points once an address is complete. A look-up and -Proxy get end points.
/// -AllowedProxy and -TrustedClient get the translated destinations, since the proxies are among them.
/// </remarks>
public sealed class EndPointCompleter : IArgumentCompleter
{
    private const int MaxOffers = 100;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        TransportEndPoint[] ends = SavedRows.Read(fakeBoundParameters) is { } rows
            ? [.. rows.Select(row => EndOf(row.Ends, parameterName)).OfType<TransportEndPoint>().Distinct().Order()]
            : OperatingSystem.IsLinux() ? LiveEntries.Values(entry => EndOf(entry.Ends, parameterName)!.Value)
            : [];
        return Offer(parameterName, word, ends);
    }

    private static CompletionResult[] Offer(string parameter, string word, TransportEndPoint[] ends)
    {
        string[] found = parameter switch
        {
            "Source" or "Destination" => Matching(ends.Select(end => end.ToString()), word),
            "Proxy" => Matching(ends.Where(IsIPv4).Select(end => end.ToString()), word),
            "AllowedProxy" or "TrustedClient" => Matching(ends.Where(IsIPv4).Select(end => end.Address), word),
            _ => WithPorts(Matching(ends.Select(end => end.Address), word), ends, word),
        };
        return
        [
            .. found.Select(text =>
                new CompletionResult(Quoted(text), text, CompletionResultType.ParameterValue, text)),
        ];
    }

    /// <summary>Returns the addresses, or the end points of an address that is complete.</summary>
    private static string[] WithPorts(string[] found, TransportEndPoint[] ends, string word) =>
        found is [] || (found is [var only] && only == word)
            ? Matching(ends.Select(end => end.ToString()), word)
            : found;

    private static string[] Matching(IEnumerable<string> texts, string word) =>
        [.. texts.Where(text => HasPrefix(text, word)).Distinct().Take(MaxOffers)];

    private static bool HasPrefix(string text, string word) => text.AsSpan().TrimStart('[')
        .StartsWith(word.AsSpan().TrimStart('['), StringComparison.OrdinalIgnoreCase);

    // The shell would read the bracket of an IPv6 end point as the start of a type or an index.
    private static string Quoted(string text) => text.StartsWith('[') ? $"'{text}'" : text;

    private static bool IsIPv4(TransportEndPoint end) => end.AddressFamily == AddressFamily.InterNetwork;

    private static TransportEndPoint? EndOf(MappingEnds ends, string parameter) => parameter switch
    {
        "OriginalSource" => ends.OriginalSource,
        "OriginalDestination" => ends.OriginalDestination,
        "TranslatedSource" or "Source" => ends.TranslatedSource,
        _ => ends.TranslatedDestination,
    };
}
