using ProxyHelper.TestSupport;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Checks what a laboratory and install.sh need.</summary>
internal static class PairRequirement
{
    private static readonly string[] _programs =
        ["ip", "nft", "conntrack", "conntrackd", "keepalived", "nsenter", "unshare", "sysctl", "flock"];

    /// <summary>Skips the running test if a program is missing.</summary>
    public static void Check()
    {
        Requirement.Root();
        Array.ForEach(_programs, Requirement.Tool);
    }
}
