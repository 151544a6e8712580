using ProxyHelper.Diagnosis;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>
/// Contains the words of a caller that is neither the module nor the daemon.
/// </summary>
internal static class TestWords
{
    public static CallerWords Instance { get; } = new()
    {
        PortOption = "<port>",
        TcpPortOption = "<TCP port>",
        SecretFileOption = "<secret file>",
        GiveHelperAddress = "<give address>",
        GiveProxy = proxy => $"<give proxy {proxy}>",
        GiveRole = role => $"<give role {role}>",
        StartHelper = helper => $"<start {helper}>",
        ChangeAddress = helper => $"<change to {helper}>",
        AllowProxies = (helper, proxies) => $"<allow {string.Join(", ", proxies)} on {helper}>",
        GivePeerPorts = "<give peer ports>",
        AllowAbsentAddress = "<allow absent address>",
        FailoverGraceOption = "<failover grace>",
        ListEntries = "<list entries>",
        WatchDrops = "<watch drops>",
        CheckProxy = "<check proxy>",
        OnProxy = new ProxyWords
        {
            GiveHelperAddress = "<give address on the proxy>",
            GiveSmtpGatedConfiguration = path => $"<give {path}>",
            ListHelpers = "<list helpers>",
            ReadCounters = "<read counters>",
        },
    };
}
