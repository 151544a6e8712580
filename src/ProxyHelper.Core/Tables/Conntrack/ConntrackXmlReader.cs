using System.Xml;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Conntrack;

/// <summary>Reads "conntrack -L -o xml" and "conntrack -E -o xml".</summary>
internal sealed class ConntrackXmlReader() : XmlTableReader("flow")
{
    private bool _hasEvents;

    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Conntrack, "conntrack -o xml")
    {
        Recognizes = IsXml,
        CreateReader = () => new ConntrackXmlReader(),
        CreateIndex = () => new ExactIndex(),
    };

    /// <inheritdoc/>
    /// <remarks>The events end with the tool, which does not end the document.</remarks>
    protected override bool NeedsEnd => !_hasEvents;

    /// <inheritdoc/>
    protected override bool IsSilent(ReadOnlySpan<char> line) => ConntrackText.IsSilent(line);

    /// <inheritdoc/>
    protected override TableRow? ReadElement(XmlReader element, int firstLine, int lastLine)
    {
        var reader = new SavedFlowReader();
        if (reader.TryRead(element, out ConntrackEntryValues values))
        {
            _hasEvents |= reader.Change is not null;
            return ConntrackText.RowOf(values, reader.Change, reader.At, (firstLine, lastLine));
        }

        string reason = SavedLineFaultText.Describe(reader.Fault, reader.FaultWord, reader.IsReply);
        return new TableRow(firstLine, lastLine) { Fault = new TableFault(TableFaultKind.Invalid, reason) };
    }

    private static bool IsXml(ReadOnlySpan<char> head) =>
        head.Contains("<conntrack>", StringComparison.Ordinal)
        || head.Contains("<flow>", StringComparison.Ordinal)
        || head.Contains("<flow type=", StringComparison.Ordinal);
}
