namespace ProxyHelper.Diagnosis;

/// <summary>
/// Finds the TCP port that users connect to. On the router of a relay, it is a port of the web most often.
/// </summary>
internal static class UserPorts
{
    // SMTP, the web, the other ports of mail, FTP and a usual port of web proxies.
    private static readonly ushort[] _usual = [25, 80, 443, 587, 465, 143, 993, 110, 995, 21, 8080];

    /// <summary>Returns the port.</summary>
    /// <param name="given">The port that the caller knows, or null.</param>
    /// <param name="isTranslated">Returns whether a DNAT rule translates, or may translate, a port.</param>
    /// <returns>The given port, or the first usual port that a rule translates. Without such a rule, 25.</returns>
    public static ushort Find(int? given, Func<ushort, bool> isTranslated) =>
        (ushort?)given ?? Array.Find(_usual, port => isTranslated(port)) switch
        {
            0 => _usual[0],
            var found => found,
        };
}
