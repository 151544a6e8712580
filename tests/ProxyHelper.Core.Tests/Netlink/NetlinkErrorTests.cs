using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

public sealed class NetlinkErrorTests
{
    // The header of the failed request, which errors repeat: 20 bytes. An error may leave out the last four bytes.
    private const string Request = "14000000 0101 0100 07000000 00000000";
    private const string Words = "0800 0100 6E6F2100"; // NLMSGERR_ATTR_MSG: "no!" and NUL

    [Theory]
    [InlineData("00000000", Errno.None)] // an acknowledgement
    [InlineData("FEFFFFFF", Errno.ENOENT)]
    [InlineData("FFFFFFFF", Errno.EPERM)]
    [InlineData("EAFFFFFF", Errno.EINVAL)]
    public void The_error_number_is_the_negative_of_the_sent_number(string number, Errno errno)
    {
        NetlinkError error = Read(0x100, number + Request);
        Assert.Equal(errno, error.Errno);
        Assert.Null(error.Words);
    }

    [Theory]
    [InlineData("")]
    [InlineData("FEFFFF")]
    public void A_cut_message_is_an_error(string payload) => Assert.Equal(Errno.EBADMSG, Read(0x100, payload).Errno);

    [Fact]
    public void The_smallest_number_is_not_an_acknowledgement() =>
        Assert.NotEqual(Errno.None, Read(0, "00000080").Errno);

    [Theory]
    [InlineData(0x300, Request + Words)] // NLM_F_CAPPED, NLM_F_ACK_TLVS
    [InlineData(0x200, Request + "02000000" + Words)] // the whole request is repeated
    [InlineData(0x300, Request + "0800 0200 00000004" + Words)] // after NLMSGERR_ATTR_OFFS
    public void The_kernels_words_are_found_after_the_request(int flags, string rest) =>
        Assert.Equal("no!", Read(flags, "EAFFFFFF" + rest).Words);

    [Theory]
    [InlineData(0x100, Request + Words)] // no NLM_F_ACK_TLVS
    [InlineData(0x300, Request)] // no attributes
    [InlineData(0x300, "1400")] // a cut header
    [InlineData(0x300, Request + "FFFF 0100 6E6F2100")] // an impossible length
    [InlineData(0x200, "FFFFFFFF 0101 0100 07000000 00000000" + Words)] // a request that is longer than the message
    [InlineData(0x200, "FDFFFF7F 0101 0100 07000000 00000000" + Words)]
    public void Words_that_do_not_fit_are_left_out_but_the_error_stays(int flags, string rest)
    {
        NetlinkError error = Read(flags, "EAFFFFFF" + rest);
        Assert.Null(error.Words);
        Assert.Equal(Errno.EINVAL, error.Errno);
    }

    private static NetlinkError Read(int flags, string payload) =>
        NetlinkError.Read(new NetlinkMessage(NetlinkMessage.ErrorType, (ushort)flags, sequence: 7, Bytes.Of(payload)));
}
