using System.Net;
using System.Net.Sockets;
using ProxyHelper.Linux;
using ProxyHelper.TestSupport;
using Xunit;
using Xunit.Sdk;

namespace ProxyHelper.Tests.Support;

public sealed class NetworkNamespaceTests
{
    [Fact]
    public void It_is_another_network_on_another_thread_and_has_the_addresses_asked_for()
    {
        string outside = Tool.Run("readlink", "/proc/self/ns/net");
        (string inside, string addresses, int thread) = NetworkNamespace.Run(
            () =>
            {
                using var version4 = new UdpClient(new IPEndPoint(IPAddress.Parse("194.0.1.1"), 114));
                using var version6 = new UdpClient(new IPEndPoint(IPAddress.Parse("2001:db8::1"), 114));
                return (
                    Tool.Run("readlink", "/proc/self/ns/net"),
                    Tool.Run("ip", "-o", "address"),
                    Environment.CurrentManagedThreadId);
            },
            "194.0.1.1",
            "2001:db8::1");

        Assert.NotEqual(outside, inside);
        Assert.Contains("194.0.1.1/32", addresses, StringComparison.Ordinal);
        Assert.DoesNotContain("eth", addresses, StringComparison.Ordinal);
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        Assert.Equal(outside, Tool.Run("readlink", "/proc/self/ns/net"));
    }

    [Fact]
    public void What_the_body_throws_reaches_the_caller_with_the_bodys_stack()
    {
        Requirement.Root();
        var exception = Assert.Throws<InvalidOperationException>(() => NetworkNamespace.Run(Fail));
        Assert.Equal("the body failed", exception.Message);
        Assert.Contains(nameof(Fail), exception.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_can_skip_its_test()
    {
        Requirement.Root();
        string? reason = null;
        try
        {
            NetworkNamespace.Run(() => Requirement.Tool("nothing-of-that-name"));
        }
        catch (SkipException exception) // which Assert.Throws would let through
        {
            reason = exception.Message;
        }

        Assert.EndsWith("needs the program nothing-of-that-name", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_CAP_NET_BIND_SERVICE_a_low_port_is_refused_to_this_thread_alone()
    {
        NetworkNamespace.Run(() =>
        {
            Capability.DropNetBindService();
            using LinuxSocket socket = LinuxSocket.Open(SocketKind.Udp);
            var failure = Assert.Throws<LinuxException>(() => socket.Bind(LowPort, "127.0.0.1:114"));
            Assert.Equal(Errno.EACCES, failure.Errno);
        });
        NetworkNamespace.Run(() =>
        {
            using LinuxSocket socket = LinuxSocket.Open(SocketKind.Udp);
            Assert.Null(Record.Exception(() => socket.Bind(LowPort, "127.0.0.1:114")));
        });
    }

    [Fact]
    public void A_tool_that_fails_is_an_exception_with_its_own_words()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Tool.Run("ls", "/not there"));
        Assert.Matches("^ls /not there ended with 2: .*/not there.+", exception.Message);
    }

    // sockaddr_in of 127.0.0.1:114
    private static byte[] LowPort => [2, 0, 0, 114, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];

    private static void Fail() => throw new InvalidOperationException("the body failed");
}
