using Xunit;

namespace ProxyHelper.TestSupport;

/// <summary>What a test needs of the machine. Where it is missing, the running test is skipped, and says why.</summary>
public static class Requirement
{
    // Not everybody's PATH has the folders where these tools are.
    private static readonly string[] _folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':'), "/usr/sbin", "/sbin"];

    /// <summary>The test changes namespaces or capabilities.</summary>
    public static void Root() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    /// <summary>The test starts a program.</summary>
    /// <param name="name">The program's name.</param>
    public static void Tool(string name) => Assert.SkipUnless(Find(name) is not null, $"needs the program {name}");

    /// <summary>Where a program is, or null.</summary>
    internal static string? Find(string name) => _folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
