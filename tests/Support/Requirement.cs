using Xunit;

namespace ProxyHelper.TestSupport;

/// <summary>Checks what a test needs. If something is missing, the running test is skipped with the reason.</summary>
public static class Requirement
{
    // PATH does not always have the folders of these tools.
    private static readonly string[] _folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':'), "/usr/sbin", "/sbin"];

    /// <summary>Requires root, for tests that change namespaces or capabilities.</summary>
    public static void Root() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    /// <summary>Requires a program that the test starts.</summary>
    /// <param name="name">The program's name.</param>
    public static void Tool(string name) => Assert.SkipUnless(Find(name) is not null, $"needs the program {name}");

    /// <summary>Returns the path of a program, or null.</summary>
    internal static string? Find(string name) =>
        _folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
