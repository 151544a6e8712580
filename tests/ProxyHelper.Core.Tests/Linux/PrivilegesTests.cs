using ProxyHelper.Linux;
using Xunit;

namespace ProxyHelper.Tests.Linux;

/// <summary>Tests the check that no thread keeps privileges.</summary>
public sealed class PrivilegesTests
{
    [Fact]
    public void A_thread_that_ends_during_the_check_fails_nothing()
    {
        // No thread has a number above PID_MAX_LIMIT (linux/threads.h).
        Exception? failure = Record.Exception(
            () => Privileges.RequireConfined(
                "/proc/self/task/4194305", Privileges.UserId, allowed: 0, "become nobody"));

        Assert.Null(failure);
    }

    [Fact]
    public void A_thread_of_another_user_fails_the_check()
    {
        string thread = Directory.GetDirectories("/proc/self/task")[0];

        LinuxException failure = Assert.Throws<LinuxException>(
            () => Privileges.RequireConfined(thread, Privileges.UserId + 1, allowed: ulong.MaxValue, "become nobody"));

        Assert.StartsWith("become nobody: the thread '", failure.Message, StringComparison.Ordinal);
    }
}
