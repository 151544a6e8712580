using System.Xml;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Junos;

/// <summary>
/// Reads "show security flow session | display xml", also of several nodes. The namespace carries the version of Junos,
/// so only local names are compared.
/// </summary>
internal sealed class JunosXmlReader() : XmlTableReader("flow-session", NodeName)
{
    private const string NodeName = "re-name";

    private string? _node;

    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Junos, "show security flow session | display xml")
    {
        Recognizes = head => head.Contains("flow-session", StringComparison.Ordinal) && head.Contains('<'),
        CreateReader = () => new JunosXmlReader(),
        CreateIndex = () => new JunosIndex(),
    };

    /// <inheritdoc/>
    protected override bool IsSilent(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> text = line.Trim();
        return text.IsEmpty || JunosText.IsHeading(text) || TerminalText.IsPrompt(text);
    }

    /// <inheritdoc/>
    protected override TableRow? ReadElement(XmlReader element, int firstLine, int lastLine)
    {
        element.MoveToContent();
        if (element.LocalName == NodeName)
        {
            _node = element.ReadElementContentAsString();
            return null;
        }

        var session = new JunosSession();
        session.SetNode(_node);
        if (Read(element, session) is { } name)
        {
            return FaultOf(new TableFault(TableFaultKind.Invalid, $"the value of {name} is invalid"));
        }

        // A complete element with one wing is a tunnel of the router itself.
        if (session is { In: not null, Out: null })
        {
            return null;
        }

        RouterMapping? mapping = session.ToMapping(out TableFault? fault);
        return fault is null ? new TableRow(firstLine, lastLine) { Mapping = mapping } : FaultOf(fault);

        TableRow FaultOf(TableFault reason) => new(firstLine, lastLine) { Fault = reason };
    }

    /// <returns>The name of an invalid value, or null.</returns>
    private static string? Read(XmlReader element, JunosSession session)
    {
        var wing = default(JunosWing);
        string name = string.Empty;
        while (element.Read())
        {
            switch (element.NodeType)
            {
                case XmlNodeType.Element:
                    name = element.LocalName;
                    wing = name == "flow-information" ? new JunosWing() : wing;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    if (!ReadValue(name, element.Value.AsSpan().Trim(), session, wing))
                    {
                        return name;
                    }

                    break;
                case XmlNodeType.EndElement:
                    name = string.Empty;
                    wing = element.LocalName == "flow-information" ? null : wing;
                    break;
            }
        }

        return null;
    }

    private static bool ReadValue(string name, ReadOnlySpan<char> value, JunosSession session, JunosWing? wing)
    {
        if (wing is null)
        {
            return session.Read(name, value);
        }

        if (name != "direction")
        {
            return wing.Read(name, value);
        }

        bool isNew = value is "In" ? session.In is null : value is "Out" && session.Out is null;
        session.In = value is "In" ? wing : session.In;
        session.Out = value is "Out" ? wing : session.Out;
        return isNew;
    }
}
