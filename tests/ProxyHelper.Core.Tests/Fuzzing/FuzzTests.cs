using ProxyHelper.Fuzzing;
using Xunit;

namespace ProxyHelper.Tests.Fuzzing;

/// <summary>Tests each parser with real, cut and mutated inputs, which are always the same.</summary>
[Trait("Promise", "netlink-faults")]
[Trait("Promise", "socket-faults")]
[Trait("Promise", "relay-wrong-reply")]
[Trait("Promise", "harmless-ident")]
[Trait("Promise", "relay-own-reply")]
[Trait("Promise", "relay-safe-log")]
public sealed class FuzzTests
{
    private const int Mutations = 100_000;
    private const int Seed = 114;

    public static TheoryData<string> Targets { get; } = [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_real_input_and_no_prefix_of_it_breaks_the_parser(string name)
    {
        IFuzzTarget target = FuzzTargets.Find(name)!;
        IReadOnlyList<byte[]> corpus = Corpus.Of(target);
        Assert.NotEmpty(corpus);
        foreach (byte[] input in corpus)
        {
            for (int length = 0; length <= input.Length; length++)
            {
                AssertHolds(target, input.AsSpan(0, length));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_mutation_of_real_inputs_breaks_the_parser(string name)
    {
        IFuzzTarget target = FuzzTargets.Find(name)!;
        var mutator = new Mutator(Corpus.Of(target), Seed);
        for (int round = 0; round < Mutations; round++)
        {
            AssertHolds(target, mutator.Next());
        }
    }

    [Fact]
    public void Every_folder_of_the_corpus_belongs_to_a_target() => Assert.Equal(
        FuzzTargets.All.Select(target => target.Name).Order(StringComparer.Ordinal),
        Directory.EnumerateDirectories(Corpus.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    private static void AssertHolds(IFuzzTarget target, ReadOnlySpan<byte> input)
    {
        if (Trial.Run(target, input) is { } failure)
        {
            Assert.Fail($"{target.Name} breaks on {Convert.ToHexString(input)}: {failure}");
        }
    }
}
