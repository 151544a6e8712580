using ProxyHelper.Diagnosis.Relay;

namespace ProxyHelper.Tests.Diagnosis.Relay;

/// <summary>Contains the words of a caller that is neither the module nor the daemon.</summary>
internal static class RelayTestWords
{
    public static RelayWords Instance { get; } = new()
    {
        GiveRouter = "<give router>",
        GiveTarget = "<give target>",
        SecretFileOption = "<secret file>",
        ProxyProtocolOption = "<header>",
        MaxConnectionsOption = "<max connections>",
        RaiseDescriptorLimit = needed => $"<raise to {needed}>",
        ListHelpers = "<list helpers>",
        ReadCounters = "<read counters>",
        CheckRouter = relay => $"<check router for {relay}>",
    };
}
