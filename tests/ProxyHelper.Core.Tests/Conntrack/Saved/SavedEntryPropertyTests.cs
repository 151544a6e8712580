using System.Globalization;
using CsCheck;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Saved;

/// <summary>Tests properties of saved lines with random text.</summary>
public sealed class SavedEntryPropertyTests
{
    private static readonly Gen<char> _anyCharacter =
        Gen.OneOf(Gen.Char, Gen.Char["0123456789abcdefx.:=[]- \t\0\ud800\udc00"]);

    private static readonly Gen<string> _anyText = Gen.OneOf(
        Gen.Char.Array[0, 200].Select(characters => new string(characters)),
        _anyCharacter.Array[0, 200].Select(characters => new string(characters)),
        Gen.OneOf(Words()).Array[0, 40].Select(words => string.Join(' ', words)));

    private static readonly Gen<(ConntrackTuple, ConntrackTuple, uint, ushort)> _parts =
        Gen.Select(Generators.Tuple, Generators.Tuple, Gen.UInt, Gen.UShort);

    [Fact]
    public void Any_tuple_is_read_back_from_the_line_of_its_entry() => _parts.Sample(
        (original, other, number, zone) =>
        {
            ConntrackTuple reply = original.Reversed;
            if (other.AddressFamily == reply.AddressFamily)
            {
                reply = reply with { Source = other.Source.WithPort(reply.Source.Port) };
            }

            var entry = new ConntrackEntry(new ConntrackEntryValues
            {
                Original = original,
                Reply = reply,
                Mark = number,
                OriginalZone = (number & 1) == 0 ? zone : (ushort)0,
                ReplyZone = (number & 2) == 0 ? zone : (ushort)0,
                Id = ~number,
            });
            string line = ConntrackToolLine.Of(entry);
            Assert.True(SavedEntry.TryRead(line, out ConntrackEntry? read, out _), SavedEntry.Explain(line));
            Assert.Equal(
                (original, reply, entry.Mark, entry.OriginalZone, entry.ReplyZone, entry.Id),
                (read.Original, read.Reply, read.Mark, read.OriginalZone, read.ReplyZone, read.Id));
        },
        iter: 10_000);

    [Fact]
    public void Any_text_is_an_entry_or_has_a_fault_or_is_blank() => _anyText.Sample(AssertJudged, iter: 50_000);

    [Fact]
    public void Any_changed_line_is_an_entry_or_has_a_fault() => Gen.Select(
        Gen.OneOf(SampleLines.All), Gen.Int[0, 400], Gen.Int[0, 5], _anyCharacter.Array[0, 5]).Sample(
        (line, place, removed, added) =>
        {
            int start = Math.Min(place, line.Length);
            AssertJudged(
                string.Concat(line.AsSpan(0, start), added, line.AsSpan(Math.Min(start + removed, line.Length))));
        },
        iter: 50_000);

    [Fact]
    public void The_culture_does_not_matter()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            other.NumberFormat.NegativeSign = "5";
            other.DateTimeFormat.AbbreviatedDayNames = ["a", "b", "c", "d", "e", "f", "g"];
            CultureInfo.CurrentCulture = other;
            Assert.All(SampleLines.All, line => Assert.True(SavedEntry.TryRead(line, out _, out _)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static void AssertJudged(string text)
    {
        bool isEntry = SavedEntry.TryRead(text, out ConntrackEntry? entry, out SavedLineFault fault);
        Assert.Equal(isEntry, entry is not null);
        Assert.True(fault == SavedLineFault.None || !isEntry);
        Assert.Equal(fault == SavedLineFault.None, SavedEntry.Explain(text) is null);
        Assert.True(isEntry || fault != SavedLineFault.None || string.IsNullOrWhiteSpace(text));
    }

    private static string[] Words() => [.. SampleLines.All.SelectMany(line => line.Split(' ')).Distinct()];
}
