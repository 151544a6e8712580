namespace ProxyHelper.Benchmarks;

/// <summary>Checks the privileges of the process.</summary>
internal static class Privilege
{
    /// <summary>Checks that the process runs as root, before anything is compiled.</summary>
    /// <exception cref="InvalidOperationException">Thrown when the process does not run as root.</exception>
    public static void Require()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new InvalidOperationException(
                "The benchmark creates network namespaces and conntrack entries. Run it as root.");
        }
    }
}
