using ProxyHelper.Linux;
using ProxyHelper.Responders;
using Xunit;

namespace ProxyHelper.Tests.Responders;

public sealed class FaultJournalTests
{
    [Fact]
    public void Trouble_is_told_when_it_begins_and_when_it_is_over_and_not_again_at_once()
    {
        var journal = new FaultJournal();
        Errno[] notes = [Errno.None, Errno.ENOBUFS, Errno.ENOBUFS, Errno.EPERM, Errno.None, Errno.None, Errno.ENOBUFS, Errno.None, Errno.EPERM];
        Array.ForEach(notes, journal.Note);
        journal.Complete(null);
        List<ResponderFault> told = [];
        while (journal.Reader.TryRead(out ResponderFault? fault))
        {
            told.Add(fault);
        }

        Assert.Equal([false, true], told.Select(fault => fault.IsOver));
        Assert.Contains("ENOBUFS: answers were lost", told[0].Message, StringComparison.Ordinal);
        Assert.Contains("can be asked again", told[1].Message, StringComparison.Ordinal);
        Assert.True(journal.Reader.Completion.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(Errno.EPERM, "CAP_NET_ADMIN is missing")]
    [InlineData(Errno.EINVAL, "is nf_conntrack_netlink loaded?")]
    [InlineData(Errno.ETIMEDOUT, "(ETIMEDOUT): queries are answered \"not found\"")]
    public void What_can_be_done_about_it_is_said(Errno errno, string advice)
    {
        var journal = new FaultJournal();
        journal.Note(errno);
        Assert.True(journal.Reader.TryRead(out ResponderFault? fault));
        Assert.Contains(advice, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_ends_with_what_ended_the_responder()
    {
        var journal = new FaultJournal();
        var failure = new LinuxException("poll", Errno.EINVAL);
        journal.Complete(failure);
        Assert.True(journal.Reader.Completion.IsFaulted);
        Assert.Same(failure, journal.Reader.Completion.Exception!.InnerException);
    }
}
