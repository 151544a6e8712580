using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Looking up by the original direction, and removing exactly what was looked at.</summary>
public sealed class ConntrackRemovalTests
{
    [Fact]
    public void Each_entry_is_found_by_its_original_direction_in_its_zone_and_no_other() => KernelTable.With(RandomTable.Draw(300, seed: 11), table =>
    {
        foreach (ConntrackEntry listed in ConntrackTable.Enumerate().Where(entry => entry.Protocol != (IPProtocol)50))
        {
            Assert.Equal(listed.Id, table.FindByOriginal(listed.Original, listed.Zone)?.Id);
            Assert.Null(table.FindByOriginal(listed.Original, zone: 99));
            if (listed.NatType != NatType.None)
            {
                Assert.Null(table.FindByOriginal(listed.Reply, listed.Zone)); // it is there, but not in this direction
            }
        }
    });

    [Fact]
    public void An_entry_is_removed_and_nothing_else() => KernelTable.With(RandomTable.Draw(300, seed: 12), table =>
    {
        ConntrackEntry[] before = [.. ConntrackTable.Enumerate()];
        foreach (ConntrackEntry removed in before.Where((_, i) => i % 2 == 0))
        {
            Assert.True(table.Remove(removed));
            Assert.False(table.Remove(removed));
        }

        Assert.Equal(before.Where((_, i) => i % 2 == 1).Select(entry => entry.Id).Order(), ConntrackTable.Enumerate().Select(entry => entry.Id).Order());
    });

    [Fact]
    public void An_entry_that_has_taken_its_place_stays() => KernelTable.With([KernelTable.Mail], table =>
    {
        ConntrackEntry seen = Assert.Single(ConntrackTable.Enumerate());
        Assert.False(table.Remove(new ConntrackEntry(seen.Values with { Id = seen.Id + 1 }))); // as if another connection had the tuple now
        Assert.False(table.Remove(new ConntrackEntry(seen.Values with { Zone = 7 })));
        Assert.Equal(seen.Id, Assert.Single(ConntrackTable.Enumerate()).Id);
    });

    [Fact]
    public void An_entry_without_a_number_is_not_removed() => KernelTable.With([KernelTable.Mail], table =>
        Assert.Throws<ArgumentException>(() => table.Remove(new ConntrackEntry(table.Find(KernelTable.ReplyOf(KernelTable.Mail))!.Values with { Id = null }))));

    [Fact]
    public void Without_CAP_NET_ADMIN_nothing_is_removed() => KernelTable.With([KernelTable.Mail], table =>
    {
        ConntrackEntry seen = Assert.Single(ConntrackTable.Enumerate());
        Capability.DropNetAdmin();
        Assert.Equal(Errno.EPERM, Assert.Throws<NetlinkException>(() => table.Remove(seen)).Errno);
    });
}
