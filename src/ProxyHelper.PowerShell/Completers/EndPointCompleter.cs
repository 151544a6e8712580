using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Offers what is in the conntrack table now: addresses for a filter, and with a port once an address is typed out; end points for a
/// look-up. Of a large table it looks at the first entries alone, so that the prompt does not wait.
/// </summary>
public sealed class EndPointCompleter : IArgumentCompleter
{
    private const int EntriesLookedAt = 20_000;
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
        TransportEndPoint[] ends;
        try
        {
            ends = [.. ConntrackTable.Enumerate().Take(EntriesLookedAt).Select(entry => EndOf(entry, parameter)).Distinct().Order()];
        }
        catch (LinuxException)
        {
            return []; // whoever may not ask the table is told so when the command runs
        }

        string[] found = IsLookup(parameter) ? [] : Matching(ends.Select(end => end.Address), word);
        found = found is [] || (found is [var only] && only == word) ? Matching(ends.Select(end => end.ToString()), word) : found;
        return [.. found.Select(text => new CompletionResult(Quoted(text), text, CompletionResultType.ParameterValue, text))];
    }

    private static string[] Matching(IEnumerable<string> texts, string word) =>
        [.. texts.Where(text => text.AsSpan().TrimStart('[').StartsWith(word.AsSpan().TrimStart('['), StringComparison.OrdinalIgnoreCase)).Distinct().Take(Offered)];

    /// <summary>An IPv6 end point begins with a bracket, which the shell takes for something else.</summary>
    private static string Quoted(string text) => text.StartsWith('[') ? $"'{text}'" : text;

    private static bool IsLookup(string parameter) => parameter is "Source" or "Destination";

    private static TransportEndPoint EndOf(ConntrackEntry entry, string parameter) => parameter switch
    {
        "OriginalSource" => entry.OriginalSource,
        "OriginalDestination" => entry.OriginalDestination,
        "TranslatedSource" or "Source" => entry.TranslatedSource,
        _ => entry.TranslatedDestination,
    };
}
