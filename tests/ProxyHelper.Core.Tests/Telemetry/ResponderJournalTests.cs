using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Telemetry;
using Xunit;

namespace ProxyHelper.Tests.Telemetry;

public sealed class ResponderJournalTests
{
    [Fact]
    public void Failing_look_ups_are_logged_once_and_so_is_their_end()
    {
        var journal = new ResponderJournal();
        Errno[] notes =
        [
            Errno.None, Errno.ENOBUFS, Errno.ENOBUFS, Errno.EPERM, Errno.None, Errno.None, Errno.ENOBUFS, Errno.None,
            Errno.EPERM,
        ];
        Array.ForEach(notes, journal.LogLookups);
        journal.Complete(null);
        List<ServerNotice> notices = ReadNotices(journal);
        Assert.Equal([NoticeKind.Fault, NoticeKind.Recovery], notices.Select(notice => notice.Kind));
        Assert.Same(notices[0], journal.LastFault);
        Assert.Contains(
            "(ENOBUFS). Queries are answered \"not found\". Answers of the kernel were lost.",
            notices[0].Message,
            StringComparison.Ordinal);
        Assert.Contains("succeed again", notices[1].Message, StringComparison.Ordinal);
        Assert.True(journal.Reader.Completion.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(Errno.EPERM, "CAP_NET_ADMIN is missing")]
    [InlineData(Errno.EINVAL, "Run 'modprobe nf_conntrack_netlink'.")]
    [InlineData(Errno.ETIMEDOUT, "(ETIMEDOUT). Queries are answered \"not found\".")]
    public void The_notice_says_what_to_do(Errno errno, string advice)
    {
        var journal = new ResponderJournal();
        journal.LogLookups(errno);
        Assert.True(journal.Reader.TryRead(out ServerNotice? notice));
        Assert.Contains(advice, notice.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Promise", "bounded-flood")]
    public void An_address_that_comes_and_goes_all_the_time_causes_few_notices()
    {
        var journal = new ResponderJournal();
        for (uint time = 0; time < 1000; time++)
        {
            Array.ForEach(["10.1.1.1", "10.1.1.2"], address => journal.LogAppearance(
                IPv4Address.Parse(address), time, TimeSpan.FromSeconds(3)));
        }

        journal.Complete(null);
        List<ServerNotice> notices = ReadNotices(journal);
        Assert.StartsWith("The address 10.1.1.1 appeared. For 3 s, ", notices[0].Message, StringComparison.Ordinal);
        Assert.StartsWith("The address 10.1.1.2 appeared. For 3 s, ", notices[1].Message, StringComparison.Ordinal);
        Assert.Equal(16, notices.Count);
    }

    [Fact]
    [Trait("Promise", "bounded-flood")]
    public void A_flood_causes_one_notice_for_each_reason()
    {
        var journal = new ResponderJournal();
        for (int i = 0; i < 1000; i++)
        {
            journal.LogRefusal(Outcome.NotItsOwn, IPv4Address.Parse("10.9.9.9"));
            journal.LogRefusal(Outcome.WrongSecret, IPv4Address.Parse("10.9.9.10"));
        }

        journal.Complete(null);
        Assert.Equal(
            [
                (
                    NoticeKind.Refusal,
                    "Refused a query from 10.9.9.9 about a connection of another host: "
                    + "10.9.9.9 is not a trusted client."),
                (NoticeKind.Refusal, "Refused a query from 10.9.9.10 with a wrong secret."),
            ],
            ReadNotices(journal).Select(notice => (notice.Kind, notice.Message)));
        Assert.Null(journal.LastFault); // a refusal is not a fault
    }

    [Fact]
    public void Drops_are_logged_with_their_number()
    {
        var journal = new ResponderJournal();
        journal.LogDrops(500);
        journal.LogDrops(1);
        Assert.True(journal.Reader.TryRead(out ServerNotice? notice) && !journal.Reader.TryRead(out _));
        Assert.Contains("(499 more since the last message)", notice.Message, StringComparison.Ordinal);
        Assert.Same(notice, journal.LastFault);
    }

    [Fact]
    public void The_journal_ends_with_the_exception_of_the_responder()
    {
        var journal = new ResponderJournal();
        var failure = new LinuxException("poll", Errno.EINVAL);
        journal.Complete(failure);
        Assert.True(journal.Reader.Completion.IsFaulted);
        Assert.Same(failure, journal.Reader.Completion.Exception!.InnerException);
    }

    private static List<ServerNotice> ReadNotices(ResponderJournal journal)
    {
        List<ServerNotice> notices = [];
        while (journal.Reader.TryRead(out ServerNotice? notice))
        {
            notices.Add(notice);
        }

        return notices;
    }
}
