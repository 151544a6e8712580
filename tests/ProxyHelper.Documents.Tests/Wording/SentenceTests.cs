using System.Text.Json;

namespace ProxyHelper.Documents.Wording;

/// <summary>Tests the length and the form of the sentences of all documents.</summary>
public sealed class SentenceTests
{
    private const int MedianWords = 16;
    private const int LongestWords = 35;
    private const double PassiveShare = 1 / 6.0;

    [Fact]
    public void Sentences_are_short_and_active()
    {
        MeasuredDocument[] documents = Measure();

        Assert.True(documents.Length > Document.WithCommands.Count(), "Too few documents were measured.");
        Faults.AssertNone(documents.SelectMany(FindFaults));
    }

    private static IEnumerable<string> FindFaults(MeasuredDocument document) =>
        new (bool IsFault, string Words)[]
        {
            (document.Median > MedianWords, $"the median sentence has {document.Median} words"),
            (document.Longest > LongestWords,
                $"a sentence has {document.Longest} words: see {Command(document)} -Longer {LongestWords}"),
            (document.Passive > PassiveShare,
                $"{document.Passive:P0} of the sentences are passive: see {Command(document)} -Passive"),
        }
        .Where(fault => fault.IsFault).Select(fault => $"{document.Document}: {fault.Words}");

    private static string Command(MeasuredDocument document) =>
        $"tests/pwsh -File tests/Measure-Sentences.ps1 {document.Document}";

    // One process measures all documents, because the start of PowerShell takes longer than a measurement.
    private static MeasuredDocument[] Measure() => JsonSerializer.Deserialize<MeasuredDocument[]>(Tool.Run(
        Path.Combine(Document.Root, "tests/pwsh"), "-NoProfile", "-NonInteractive", "-Command",
        $"& '{Document.Root}/tests/Measure-Sentences.ps1' | ConvertTo-Json -AsArray"))!;
}
