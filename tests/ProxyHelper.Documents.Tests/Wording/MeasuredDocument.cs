namespace ProxyHelper.Documents.Wording;

/// <summary>Represents the figures that tests/Measure-Sentences.ps1 writes for a document.</summary>
/// <param name="Document">The path of the document.</param>
/// <param name="Median">The median number of words.</param>
/// <param name="Longest">The number of words of the longest sentence.</param>
/// <param name="Passive">The share of passive sentences.</param>
internal readonly record struct MeasuredDocument(string Document, int Median, int Longest, double Passive);
