using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Mappings;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Tests look-ups by the original tuple, and the removal of one entry.</summary>
public sealed class ConntrackRemovalTests
{
    [Fact]
    public void Each_entry_is_found_by_its_original_tuple_in_its_zone() => WithTable(seed: 11, table =>
    {
        foreach (ConntrackEntry listed in ConntrackTable.Enumerate().Where(entry => entry.Protocol != (IPProtocol)50))
        {
            Assert.Equal(listed.Id, table.FindByOriginal(listed.Original, listed.OriginalZone)?.Id);
            Assert.Null(table.FindByOriginal(listed.Original, zone: 99));
            if (listed.NatType != NatType.None)
            {
                // The entry has this tuple in its reply direction.
                Assert.Null(table.FindByOriginal(listed.Reply, listed.OriginalZone));
            }
        }
    });

    [Fact]
    public void Only_the_given_entry_is_removed() => WithTable(seed: 12, table =>
    {
        ConntrackEntry[] before = [.. ConntrackTable.Enumerate()];
        foreach (ConntrackEntry removed in before.Where((_, i) => i % 2 == 0))
        {
            Assert.True(table.Remove(removed));
            Assert.False(table.Remove(removed));
        }

        Assert.Equal(
            before.Where((_, i) => i % 2 == 1).Select(entry => entry.Id).Order(),
            ConntrackTable.Enumerate().Select(entry => entry.Id).Order());
    });

    [Fact]
    public void A_later_entry_with_the_same_tuple_stays() => KernelTable.With([KernelTable.Mail], table =>
    {
        ConntrackEntry seen = Assert.Single(ConntrackTable.Enumerate());
        // A later entry has the tuple.
        Assert.False(table.Remove(new ConntrackEntry(seen.Values with { Id = seen.Id + 1 })));
        Assert.False(table.Remove(new ConntrackEntry(seen.Values with { OriginalZone = 7, ReplyZone = 7 })));
        Assert.Equal(seen.Id, Assert.Single(ConntrackTable.Enumerate()).Id);
    });

    [Fact]
    public void An_entry_without_an_id_is_not_removed() => KernelTable.With([KernelTable.Mail], table =>
        Assert.Throws<ArgumentException>(() => table.Remove(
            new ConntrackEntry(table.Find(KernelTable.ReplyOf(KernelTable.Mail))!.Values with { Id = null }))));

    [Fact]
    public void Without_CAP_NET_ADMIN_nothing_is_removed() => KernelTable.With([KernelTable.Mail], table =>
    {
        ConntrackEntry seen = Assert.Single(ConntrackTable.Enumerate());
        Capability.DropNetAdmin();
        Assert.Equal(Errno.EPERM, Assert.Throws<NetlinkException>(() => table.Remove(seen)).Errno);
    });

    private static void WithTable(int seed, Action<ConntrackTable> body) =>
        KernelTable.With(RandomTable.Draw(300, seed), body);
}
