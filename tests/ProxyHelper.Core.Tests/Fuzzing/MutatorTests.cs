using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Fuzzing;
using ProxyHelper.Linux;
using ProxyHelper.Mappings;
using ProxyHelper.Netlink;
using ProxyHelper.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Fuzzing;

/// <summary>Tests that mutations are neither all refused nor all read, because both would test nothing.</summary>
public sealed class MutatorTests
{
    private const int Rounds = 20_000;

    private delegate bool Reads(ReadOnlySpan<byte> input);

    [Fact]
    public void The_same_seed_gives_the_same_inputs_and_another_seed_others()
    {
        IReadOnlyList<byte[]> corpus = Corpus.Of(FuzzTargets.All[0]);
        var first = new Mutator(corpus, 114);
        var same = new Mutator(corpus, 114);
        var other = new Mutator(corpus, 115);
        int differences = 0;
        for (int round = 0; round < Rounds; round++)
        {
            Assert.Equal(first.Next(), same.Next());
            differences += first.Current.SequenceEqual(other.Next()) ? 0 : 1;
        }

        Assert.InRange(differences, Rounds / 2, Rounds);
    }

    [Fact]
    public void Inputs_have_a_largest_size()
    {
        var mutator = new Mutator([new byte[10_000], [1]], 114);
        int longest = 0;
        for (int round = 0; round < Rounds; round++)
        {
            longest = Math.Max(longest, mutator.Next().Length);
        }

        Assert.Equal(4096, longest);
    }

    [Fact]
    public void Some_queries_are_still_queries() => AssertSome("datagram", input => Query.TryRead(input, out _, out _));

    [Fact]
    public void Some_replies_are_still_replies() =>
        AssertSome("reply", input => Reply.TryRead(input, Protocol.Datagrams.Cookie, out _, out _));

    [Fact]
    public void Some_netlink_datagrams_are_still_whole() => AssertSome("netlink-messages", input =>
    {
        var messages = new NetlinkMessageReader(input);
        while (messages.MoveNext())
        {
        }

        return !messages.IsFaulted;
    });

    [Fact]
    public void Some_attributes_still_fit() => AssertSome("netlink-attributes", input =>
    {
        var attributes = new NetlinkAttributes(input);
        while (attributes.MoveNext())
        {
        }

        return !attributes.IsFaulted;
    });

    [Fact]
    public void Some_entries_are_still_entries() =>
        AssertSome("conntrack-entry", input => ConntrackDecoder.TryReadEntry(input, out _));

    [Fact]
    public void Some_control_data_still_has_a_time() =>
        AssertSome("control-data", input => DatagramControl.Read(input).ReceivedAt is not null);

    [Fact]
    public void Some_texts_are_still_end_points() =>
        AssertSome("end-point", input => TransportEndPoint.TryParse(Encoding.UTF8.GetString(input), out _));

    [Fact]
    public void Some_lines_are_still_entries() =>
        AssertSome("saved-entry", input => SavedEntry.TryRead(Encoding.UTF8.GetString(input), out _, out _));

    [Fact]
    public void Some_states_of_pf_are_still_states() => AssertSome("pf-table", input =>
        Tables.ReadTable.Rows(Encoding.UTF8.GetString(input), NatSystem.Pf).All(row => row.Mapping is not null));

    private static void AssertSome(string name, Reads reads)
    {
        var mutator = new Mutator(Corpus.Of(FuzzTargets.Find(name)!), 114);
        int read = 0;
        for (int round = 0; round < Rounds; round++)
        {
            read += reads(mutator.Next()) ? 1 : 0;
        }

        Assert.InRange(read, Rounds / 20, Rounds * 19 / 20);
    }
}
