using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Sources;
using ProxyHelper.Tables;

namespace ProxyHelper.PowerShell.Resolving;

/// <summary>
/// Takes what a resolver script returns: mappings, or the text of a NAT table. Each object is taken at once. A script
/// that returns too much, or something else, is stopped, and its further objects are dropped.
/// </summary>
internal sealed class ScriptOutput : IDisposable
{
    /// <summary>The largest number of error records that are kept.</summary>
    public const int MaxErrors = 20;

    private const int MaxMappings = 64;
    private const int MaxTextSize = 8 * 1024 * 1024; // characters
    private const int TextOverhead = 16; // characters that an empty text takes in memory
    private const int MaxReasonLength = 300;

    private readonly List<NatMapping> _mappings = [];
    private readonly List<string> _texts = [];
    private readonly MappingQuery _query;
    private readonly Action _stop;
    private int _textSize;
    private ResolverAnswer? _fault;

    /// <summary>Makes the output of a script.</summary>
    /// <param name="query">The query of the script.</param>
    /// <param name="stop">Stops the script.</param>
    public ScriptOutput(MappingQuery query, Action stop)
    {
        _query = query;
        _stop = stop;
        Objects.DataAdded += (_, _) => TakeAll();
    }

    /// <summary>Gets the collection that the engine adds the objects of the script to.</summary>
    public PSDataCollection<PSObject> Objects { get; } = [];

    /// <summary>Makes the answer after the script has ended.</summary>
    /// <param name="errors">The error records of the script.</param>
    public ResolverAnswer ToAnswer(IEnumerable<ErrorRecord> errors)
    {
        ErrorRecord[] all = [.. errors];
        return _fault ?? (all.FirstOrDefault(error => !IsProgramOutput(error)) is { } error ? Failed(error, all)
            : _texts.Count == 0 ? new ResolverAnswer(_mappings)
            : _mappings.Count > 0 ? WrongType("it returned mappings and text")
            : ReadText());
    }

    /// <summary>Makes the answer after the script has ended with an exception.</summary>
    public ResolverAnswer ToAnswer(Exception failure) => _fault ?? (failure is PipelineStoppedException
        ? ResolverAnswer.FromFault(ResolverFault.TimedOut, "the script was stopped")
        : ResolverAnswer.FromFault(ResolverFault.Failed, Shorten(failure.Message)));

    /// <inheritdoc/>
    public void Dispose() => Objects.Dispose();

    private static string Shorten(string text) => PrintableText.From(text.ReplaceLineEndings(" "), MaxReasonLength);

    private static ResolverAnswer WrongType(string reason) => ResolverAnswer.FromFault(ResolverFault.WrongType, reason);

    // A program's standard error. Its exit status decides.
    private static bool IsProgramOutput(ErrorRecord error) =>
        error.FullyQualifiedErrorId is "NativeCommandError" or "NativeCommandErrorMessage";

    private static ResolverAnswer Failed(ErrorRecord error, ErrorRecord[] all)
    {
        string output = error.FullyQualifiedErrorId == "ProgramExitedWithNonZeroCode"
            ? string.Concat(all.Where(IsProgramOutput).Select(line => $" {line}"))
            : string.Empty;
        return ResolverAnswer.FromFault(ResolverFault.Failed, Shorten(error + output));
    }

    private void TakeAll()
    {
        foreach (PSObject item in Objects.ReadAll())
        {
            if (_fault is null && item is not null)
            {
                _fault = Take(item);
                if (_fault is not null)
                {
                    // The script cannot wait for its own stop.
                    ThreadPool.UnsafeQueueUserWorkItem(stop => stop(), _stop, preferLocal: false);
                }
            }
        }
    }

    private ResolverAnswer? Take(PSObject item)
    {
        if (item.BaseObject is string text)
        {
            _texts.Add(text);
            _textSize += Math.Min(text.Length, MaxTextSize) + TextOverhead;
            return _textSize <= MaxTextSize ? null : WrongType(string.Create(
                CultureInfo.InvariantCulture, $"it returned more than {MaxTextSize} characters of text"));
        }

        if (!MappingObject.TryRead(item, out NatMapping? mapping))
        {
            return WrongType($"it returned a {Shorten(item.TypeNames[0])}, which is neither text nor an object with "
                + "Protocol and the four ends of a mapping");
        }

        _mappings.Add(mapping);
        return _mappings.Count <= MaxMappings ? null : WrongType($"it returned more than {MaxMappings} mappings");
    }

    private ResolverAnswer ReadText()
    {
        using var lines = new JoinedLines(_texts);
        return TableAnswers.ToResolverAnswer(NatTable.Read(lines), _query);
    }
}
