using System.Net;
using ProxyHelper.Client;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Makes the hint of an answer that did not find the connection: the likely reasons and the next step.
/// </summary>
internal static class AnswerHint
{
    private const string NotSwapped = "Check that -Source and -Destination are not swapped.";
    private const string ListCounters = "Get-ProxyHelper | Format-List";

    /// <summary>Returns the hint, or null if the connection was found.</summary>
    public static string? For(HelperAnswer answer, HelperTransport transport) => answer.Outcome switch
    {
        HelperOutcome.Found => null,
        HelperOutcome.NotFound =>
            $"The helper does not know this connection. Likely reasons: the connection has ended, no DNAT rule "
            + $"translated it, or an end is not the translated one. {NotSwapped} On a Linux router, run "
            + $"'Get-NatMapping -TranslatedSource {answer.Source} -IncludeUntranslated'. For another router, run "
            + $"'{ListCounters}' on the host of the helper to see the faults of its resolver.",
        HelperOutcome.TimedOut => transport == HelperTransport.Tcp ? SilentTcp(answer) : SilentUdp(answer),
        HelperOutcome.Refused =>
            $"No program listens on {answer.Helper}. {NotSwapped} On the router, run "
            + $"'Start-ProxyHelper {answer.Helper.Address}', or give the port of its helper with -Port.",
        HelperOutcome.Unreachable =>
            $"This host cannot reach {answer.Helper.Address}. {NotSwapped} Run "
            + $"'ip route get {answer.Helper.Address}' to see the route.",
        HelperOutcome.InvalidReply =>
            $"Something answered that is not a helper, or it answered about another connection. On the router, run "
            + $"'{Listeners(answer.Helper, transport)}' to see which program listens.",
        HelperOutcome.Closed =>
            "The helper closed the connection without a reply: it does not allow this host, or this host asks too "
            + $"often. On the router, run {CmdletWords.ListReasons}.",
        _ =>
            $"The look-up failed. On the router, run {CmdletWords.ListReasons}, and 'Test-ProxyHelperSetup' to check "
            + "the conntrack table.",
    };

    private static string SilentUdp(HelperAnswer answer)
    {
        string asker = answer.AskedFrom?.Address.ToString() ?? "this host";
        string proxy = answer.Destination.Address;
        string trust = asker == proxy
            ? $"the helper does not allow {asker} (-AllowedProxy)"
            : $"the query came from {asker}, which is neither {proxy}, nor the host of the helper, nor a trusted "
                + $"client (-TrustedClient {asker})";
        return $"No reply arrived. Likely reasons: a firewall drops UDP port {answer.Helper.Port}, the secret is "
            + $"missing or wrong, or {trust}. {NotSwapped} On the router, run {CmdletWords.ListReasons}. If no refused "
            + "query is there, a firewall drops the query or the reply.";
    }

    private static string SilentTcp(HelperAnswer answer) =>
        $"No reply arrived. Likely reason: a firewall drops TCP port {answer.Helper.Port}. {NotSwapped} On the router, "
        + $"run '{Listeners(answer.Helper, HelperTransport.Tcp)}'.";

    private static string Listeners(IPEndPoint helper, HelperTransport transport) =>
        $"ss -{(transport == HelperTransport.Tcp ? 't' : 'u')}lpn sport = :{helper.Port}";
}
