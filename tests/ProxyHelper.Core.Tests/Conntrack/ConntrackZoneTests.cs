using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Tests entries whose zone holds for both directions, for the original or for the reply direction.</summary>
public sealed class ConntrackZoneTests
{
    /// <summary>The words of the conntrack tool, and the zones of both directions.</summary>
    public static TheoryData<string, int, int> Kinds => new()
    {
        { "", 0, 0 },
        { "--zone 7", 7, 7 },
        { "--orig-zone 7", 7, 0 },
        { "--reply-zone 7", 0, 7 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_entry_has_the_zone_of_each_direction(string option, int original, int reply) =>
        WithToolEntry("10.1.1.1", option, table =>
        {
            ConntrackEntry entry = Assert.Single(List());
            Assert.Equal((original, reply), (entry.OriginalZone, entry.ReplyZone));
            Assert.Equal(Math.Max(original, reply), entry.Zone);
            string line = Assert.Single(ConntrackToolLine.List("ipv4"));
            Assert.Equal(ConntrackToolLine.Read(line).Line, ConntrackToolLine.Of(entry));
            Assert.True(ProxyHelper.Conntrack.Saved.SavedEntry.TryRead(line, out ConntrackEntry? saved, out _));
            Assert.Equal((original, reply), (saved.OriginalZone, saved.ReplyZone));
        });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_entry_is_found_by_a_tuple_in_the_zone_of_that_direction_only(
        string option, int original, int reply) => WithToolEntry("10.1.1.1", option, table =>
        {
            ConntrackEntry entry = Assert.Single(List());
            foreach (ushort zone in (ushort[])[0, 7, 8])
            {
                Assert.Equal(zone == reply, table.Find(entry.Reply, zone) is not null);
                Assert.Equal(zone == original, table.FindByOriginal(entry.Original, zone) is not null);
            }

            // A helper answers for entries that the kernel finds for a packet of the proxy: those in zone 0.
            var lookups = new Lookup[1];
            Assert.Equal(Errno.None, table.FindMany([entry.Reply], lookups));
            Lookup expected = reply == 0
                ? new Lookup(LookupOutcome.Found, entry.Original)
                : new Lookup(LookupOutcome.NotFound, default);
            Assert.Equal(expected, lookups[0]);
        });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_entry_is_removed_and_an_entry_of_another_zone_stays(string option, int original, int reply) =>
        WithToolEntry("10.1.1.1", option, table =>
        {
            // The same connection in another zone, or in both directions of the zone.
            AddWithTool("10.1.1.1", "--zone 8");
            ConntrackEntry entry = List().Single(listed => listed.Zone != 8);
            Assert.Equal((original, reply), (entry.OriginalZone, entry.ReplyZone));
            Assert.True(table.Remove(entry));
            Assert.Equal(8, Assert.Single(List()).Zone);
            Assert.False(table.Remove(entry));
        });

    [Fact]
    public void Any_filter_that_an_entry_matches_lists_the_entry() => WithRandomZones(400, seed: 1, _ =>
    {
        ConntrackEntry[] all = [.. List()];
        var random = new Random(2);
        for (int round = 0; round < 400; round++)
        {
            ConntrackEntry wanted = all[round];
            ConntrackFilter filter = RandomFilter.Draw(random, wanted);
            filter = random.Next(2) == 0 ? filter : filter with { Zones = [Pick(random, wanted)] };
            uint?[] expected = [.. all.Where(filter.Matches).Select(entry => entry.Id).Order()];
            Assert.Contains(wanted.Id, expected);
            Assert.Equal(expected, List(filter).Select(entry => entry.Id).Order());
        }
    });

    [Fact]
    public void Each_entry_is_found_by_both_tuples_and_removed_while_all_others_stay() =>
        WithRandomZones(400, seed: 3, table =>
        {
            List<ConntrackEntry> all = [.. List()];
            Assert.All(all, entry => Assert.Equal(entry.Id, table.Find(entry.Reply, entry.ReplyZone)?.Id));
            Assert.All(all, entry => Assert.Equal(
                entry.Id, table.FindByOriginal(entry.Original, entry.OriginalZone)?.Id));
            var random = new Random(4);
            while (all.Count > 0)
            {
                int place = random.Next(all.Count);
                Assert.True(table.Remove(all[place]));
                all.RemoveAt(place);
                if (all.Count % 50 == 0)
                {
                    Assert.Equal(all.Select(entry => entry.Id).Order(), List().Select(entry => entry.Id).Order());
                }
            }
        });

    /// <summary>
    /// The kernel finds an entry by either direction. With zones for one direction, the original tuple of one entry can
    /// be the reply tuple of another one in the same zone, and hides it.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [Trait("Promise", "correct-reply")]
    public void An_entry_that_another_entry_hides_is_found_and_removed(int zone)
    {
        ConntrackFlow mail = KernelTable.Mail;
        ConntrackFlow plain = ConntrackFlow.Tcp("194.0.22.9:9199", "194.0.1.1:20119");
        ConntrackFlow hiding = zone == 0 ? plain with { ReplyZone = 9 } : plain with { OriginalZone = 7 };
        ConntrackFlow hidden = zone == 0 ? mail with { OriginalZone = 8 } : mail with { ReplyZone = 7 };
        ConntrackFlow[][] orders = [[hiding, hidden], [hidden, hiding], [hiding, hidden, plain with { Zone = 65535 }]];
        foreach (ConntrackFlow[] flows in orders)
        {
            KernelTable.With(flows, table =>
            {
                ConntrackEntry entry = List().Single(listed => listed.OriginalSource.Port == 10943);
                if (zone == 0 && flows.Length == 2)
                {
                    AssertFoundInBatches(table, entry);
                }

                Assert.Equal(entry.Id, table.Find(entry.Reply, (ushort)zone)?.Id);
                foreach (ConntrackEntry other in List().Where(listed => listed.Id != entry.Id))
                {
                    Assert.Equal(other.Id, table.FindByOriginal(other.Original, other.OriginalZone)?.Id);
                    Assert.True(table.Remove(other));
                }

                Assert.True(table.Remove(entry));
                Assert.Empty(List());
            });
        }
    }

    /// <summary>The kernel finds this entry in zone 0 by its original tuple, which equals its reply tuple.</summary>
    [Fact]
    [Trait("Promise", "correct-reply")]
    public void An_entry_whose_reply_direction_is_in_another_zone_has_no_answer()
    {
        const string end = "10.1.1.1:5";
        KernelTable.With([ConntrackFlow.Tcp(end, end) with { ReplyZone = 7 }], table =>
        {
            ConntrackTuple tuple = Assert.Single(List()).Reply;
            var lookups = new Lookup[1];
            Assert.Equal(Errno.None, table.FindMany([tuple], lookups));
            Assert.Equal(LookupOutcome.NotFound, lookups[0].Outcome);
            Assert.Null(table.Find(tuple));
            Assert.NotNull(table.Find(tuple, zone: 7));
            Assert.NotNull(table.FindByOriginal(tuple));
        });
    }

    /// <summary>Looks up the entry at each place of a batch, among tuples that no entry has.</summary>
    private static void AssertFoundInBatches(ConntrackTable table, ConntrackEntry entry)
    {
        for (int place = 0; place < 4; place++)
        {
            var replies = new ConntrackTuple[4];
            Array.Fill(replies, entry.Reply with { Source = TransportEndPoint.Parse("4.1.1.1:25") });
            replies[place] = replies[3 - (place / 2)] = entry.Reply;
            var lookups = new Lookup[4];
            Assert.Equal(Errno.None, table.FindMany(replies, lookups));
            Assert.Equal(
                replies.Select(reply => reply == entry.Reply
                    ? new Lookup(LookupOutcome.Found, entry.Original)
                    : new Lookup(LookupOutcome.NotFound, default)),
                lookups);
        }
    }

    private static ushort Pick(Random random, ConntrackEntry entry) =>
        random.Next(2) == 0 ? entry.OriginalZone : entry.ReplyZone;

    private static void WithRandomZones(int count, int seed, Action<ConntrackTable> body)
    {
        var random = new Random(seed);
        KernelTable.With([.. RandomTable.Draw(count, seed).Select(flow => DrawZone(random, flow))], body);
    }

    private static ConntrackFlow DrawZone(Random random, ConntrackFlow flow) => random.Next(4) switch
    {
        0 => flow with { Zone = 0, OriginalZone = (ushort)random.Next(7, 10) },
        1 => flow with { Zone = 0, ReplyZone = (ushort)random.Next(7, 10) },
        _ => flow,
    };

    private static ConntrackListing List(ConntrackFilter? filter = null) =>
        ConntrackTable.Enumerate(filter ?? ConntrackFilter.Everything, TestContext.Current.CancellationToken);

    private static void WithToolEntry(string source, string option, Action<ConntrackTable> body)
    {
        Requirement.Tool("conntrack");
        KernelTable.With([], table =>
        {
            AddWithTool(source, option);
            body(table);
        });
    }

    private static void AddWithTool(string source, string option) => Tool.Run(
        "conntrack",
        [
            .. "-I -p tcp -t 300 --state ESTABLISHED -d 4.1.1.1 --sport 10943 --dport 25 -s".Split(' '), source,
            .. "-r 194.0.22.9 -q 194.0.1.1 --reply-port-src 9199 --reply-port-dst 20119".Split(' '),
            .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ]);
}
