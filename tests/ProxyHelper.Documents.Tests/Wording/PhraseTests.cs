using System.Text.RegularExpressions;

namespace ProxyHelper.Documents.Wording;

/// <summary>Tests that no text for users has a phrase that is hard to read.</summary>
public sealed partial class PhraseTests
{
    // Each phrase, and what to write instead.
    private static readonly (Regex Phrase, string Instead)[] _phrases =
    [
        (UnlessSaid(), "The default is ..."),
        (BeHad(), "... could not be opened"),
        (IsNone(), "no ..., or 'is not ...'"),
        (AnyPerson(), "the noun, such as 'a host that ...'"),
        (IsTold(), "the subject, such as 'the cmdlet writes a warning'"),
        (GoesBy(), "uses"),
        (SaysOtherwise(), "If ..., use ..."),
        (ForWantOf(), "without"),
        (UnderWay(), "open, incomplete or running"),
        (Archaic(), "a word of today"),
        (Plea(), "the sentence without the word"),
        (Contraction(), "both words"),
    ];

    [Fact]
    public void No_text_has_a_phrase_that_this_project_does_not_use() => Faults.AssertNone(
        from text in UserText.All
        from phrase in _phrases
        from Match match in phrase.Phrase.Matches(text.Text)
        select text.Fault(match.Index, $"'{match.Value}': write {phrase.Instead}"));

    [Fact]
    public void No_document_has_an_exclamation_mark_after_a_word() => Faults.AssertNone(
        from text in UserText.All
        where !text.Path.EndsWith(".cs", StringComparison.Ordinal)
        from Match match in Exclamation().Matches(text.Text)
        select text.Fault(match.Index, match.Value.Trim()));

    // Mail to such an address reaches a stranger, or nobody without a notice. The domain "example" is reserved.
    [Fact]
    public void No_text_has_an_address_of_the_domains_for_examples() => Faults.AssertNone(
        from text in UserText.All
        from Match match in ExampleDomain().Matches(text.Text)
        select text.Fault(match.Index, match.Value));

    [GeneratedRegex(@"\bunless\s+(it\s+(is|was)\s+)?said\b", RegexOptions.IgnoreCase)]
    private static partial Regex UnlessSaid();

    [GeneratedRegex(@"\bbe\s+had\b", RegexOptions.IgnoreCase)]
    private static partial Regex BeHad();

    [GeneratedRegex(@"\b(is|are)\s+none\b", RegexOptions.IgnoreCase)]
    private static partial Regex IsNone();

    [GeneratedRegex(@"\bwho(m|so)?ever\b", RegexOptions.IgnoreCase)]
    private static partial Regex AnyPerson();

    [GeneratedRegex(@"\b(is|are)\s+told\b", RegexOptions.IgnoreCase)]
    private static partial Regex IsTold();

    [GeneratedRegex(@"\b(goes\s+by|comes?\s+round|came\s+round)\b", RegexOptions.IgnoreCase)]
    private static partial Regex GoesBy();

    [GeneratedRegex(@"\bsays\s+otherwise\b", RegexOptions.IgnoreCase)]
    private static partial Regex SaysOtherwise();

    [GeneratedRegex(@"\bfor\s+want\s+of\b", RegexOptions.IgnoreCase)]
    private static partial Regex ForWantOf();

    [GeneratedRegex(@"\bunder\s+way\b", RegexOptions.IgnoreCase)]
    private static partial Regex UnderWay();

    [GeneratedRegex(@"\b(besid[e]|shal[l]|les[t]|(t|w)?henc[e]|(there|here)(of|in))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Archaic();

    [GeneratedRegex(@"\b(please|simply|obviously|of\s+course)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Plea();

    [GeneratedRegex(
        @"\b(\w+n't|(it|that|there|what)'s|(you|we|they)'(re|ll|ve))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Contraction();

    [GeneratedRegex(@"\w!(?=\s|$)", RegexOptions.Multiline)]
    private static partial Regex Exclamation();

    [GeneratedRegex(@"\bexample\.(org|com|net)\b")]
    private static partial Regex ExampleDomain();
}
