namespace ProxyHelper.Benchmarks;

/// <summary>What the machine's owner must allow.</summary>
internal static class Privilege
{
    /// <summary>Makes sure of it, before anything is compiled or filled for nothing.</summary>
    /// <exception cref="InvalidOperationException">It is missing.</exception>
    public static void Require()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new InvalidOperationException("It makes network namespaces and conntrack entries: run it as root, such as by sudo.");
        }
    }
}
