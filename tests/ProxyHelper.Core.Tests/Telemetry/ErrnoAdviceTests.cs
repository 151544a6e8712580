using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Telemetry;
using Xunit;

namespace ProxyHelper.Tests.Telemetry;

/// <summary>Tests the advice about failed system calls.</summary>
public sealed class ErrnoAdviceTests
{
    private static readonly IPEndPoint _endPoint = IPEndPoint.Parse("194.0.1.1:114");

    [Theory]
    [InlineData(Errno.EADDRINUSE, IPProtocol.Udp, "Run 'ss -ulpn sport = :114' to find the program.")]
    [InlineData(Errno.EADDRINUSE, IPProtocol.Tcp, "Run 'ss -tlpn sport = :114' to find the program.")]
    [InlineData(Errno.EADDRNOTAVAIL, IPProtocol.Udp, "Run 'ip -4 address' to list the addresses of this host.")]
    [InlineData(Errno.EACCES, IPProtocol.Udp, "Run the program as root, or use a port from 1024 to 65535.")]
    public void A_bind_failure_has_the_next_step(Errno errno, IPProtocol protocol, string action) =>
        Assert.Equal(action, ErrnoAdvice.For(new BindException(_endPoint, errno, protocol))?.Action);

    [Theory]
    [InlineData(Errno.EPERM, "CAP_NET_ADMIN is missing")]
    [InlineData(Errno.EINVAL, "the kernel module nf_conntrack_netlink is missing")]
    [InlineData(Errno.EAFNOSUPPORT, "AF_NETLINK sockets are not allowed")]
    [InlineData(Errno.ENOBUFS, "answers of the kernel were lost")]
    [InlineData(Errno.EMFILE, "no file descriptor is left")]
    public void A_conntrack_failure_has_its_cause(Errno errno, string cause) =>
        Assert.Equal(cause, ErrnoAdvice.For(new NetlinkException("list", errno))?.Cause);

    [Fact]
    public void An_unknown_failure_has_no_advice()
    {
        Assert.Null(ErrnoAdvice.For(new LinuxException("poll", Errno.EINVAL)));
        Assert.Null(ErrnoAdvice.For(new IOException("the disk is full")));
    }
}
