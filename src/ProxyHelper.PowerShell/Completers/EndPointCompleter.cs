using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Net.Sockets;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Offers what is in the conntrack table now: addresses for a filter, and with a port once an address is typed out; end points for a
/// look-up, and for where a proxy is; the addresses that connections arrive at, among which proxies are, for who may ask.
/// </summary>
public sealed class EndPointCompleter : IArgumentCompleter
{
    private const int Offered = 100;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        return OperatingSystem.IsLinux() ? Offer(parameterName, word) : [];
    }

    [SupportedOSPlatform("linux")]
    private static CompletionResult[] Offer(string parameter, string word)
    {
        TransportEndPoint[] ends = LiveEntries.Values(entry => EndOf(entry, parameter));
        string[] found = parameter switch
        {
            "Source" or "Destination" => Matching(ends.Select(end => end.ToString()), word),
            "Proxy" => Matching(ends.Where(IsIPv4).Select(end => end.ToString()), word),
            "AllowedProxy" or "TrustedClient" => Matching(ends.Where(IsIPv4).Select(end => end.Address), word),
            _ => WithPorts(Matching(ends.Select(end => end.Address), word), ends, word),
        };
        return [.. found.Select(text => new CompletionResult(Quoted(text), text, CompletionResultType.ParameterValue, text))];
    }

    /// <summary>The addresses found, unless one is typed out: then what is at it.</summary>
    private static string[] WithPorts(string[] found, TransportEndPoint[] ends, string word) =>
        found is [] || (found is [var only] && only == word) ? Matching(ends.Select(end => end.ToString()), word) : found;

    private static string[] Matching(IEnumerable<string> texts, string word) =>
        [.. texts.Where(text => text.AsSpan().TrimStart('[').StartsWith(word.AsSpan().TrimStart('['), StringComparison.OrdinalIgnoreCase)).Distinct().Take(Offered)];

    /// <summary>An IPv6 end point begins with a bracket, which the shell takes for something else.</summary>
    private static string Quoted(string text) => text.StartsWith('[') ? $"'{text}'" : text;

    private static bool IsIPv4(TransportEndPoint end) => end.ToIPEndPoint().AddressFamily == AddressFamily.InterNetwork;

    private static TransportEndPoint EndOf(ConntrackEntry entry, string parameter) => parameter switch
    {
        "OriginalSource" => entry.OriginalSource,
        "OriginalDestination" => entry.OriginalDestination,
        "TranslatedSource" or "Source" => entry.TranslatedSource,
        _ => entry.TranslatedDestination,
    };
}
