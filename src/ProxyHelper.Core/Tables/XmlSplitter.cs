using System.Xml;

namespace ProxyHelper.Tables;

/// <summary>
/// Cuts elements out of XML text that arrives in pieces. Only the current element is kept, so a document of any size on
/// any number of lines needs little memory. The text around the elements need not be XML. An element that starts inside
/// another one shows that the end of the first one is missing.
/// </summary>
/// <param name="names">The local names of the elements. Their namespace does not matter.</param>
internal sealed class XmlSplitter(params string[] names)
{
    /// <summary>The most characters of an element: 65,536.</summary>
    public const int MaxElementLength = 64 * 1024;

    private static readonly XmlReaderSettings _settings = new()
    {
        CloseInput = true,
        ConformanceLevel = ConformanceLevel.Fragment,
        DtdProcessing = DtdProcessing.Prohibit,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        XmlResolver = null,
    };

    private readonly XmlMarkup _markup = new(MaxElementLength);
    private int _depth; // of the tags that are open inside the element; 0 outside
    private int _startLine;
    private int _firstTagLine; // 0 before the first tag inside the element
    private int _lastTagLine;

    /// <summary>Gets what <see cref="MoveNext"/> found.</summary>
    public XmlPiece Found { get; private set; }

    /// <summary>Gets the line of the first tag inside the found element, or of its start if it has none.</summary>
    public int FirstLine { get; private set; }

    /// <summary>Gets the line of the last tag inside the found element, or of its end if it has none.</summary>
    public int LastLine { get; private set; }

    /// <summary>Gets the text of the found element.</summary>
    public ReadOnlySpan<char> Text => _markup.Kept;

    /// <summary>Gets the number of the current line. The first line has number 1.</summary>
    public int Line => _markup.Line;

    /// <summary>Gets whether the end of an element is missing.</summary>
    public bool IsInside => _depth > 0;

    /// <summary>Gets whether the end of a tag is missing.</summary>
    public bool IsInTag => _markup.IsOpen;

    /// <summary>Gets the number of other elements that are open around the current place.</summary>
    public int OpenElements { get; private set; }

    /// <summary>Moves to the next element.</summary>
    /// <param name="text">The text without line ends. The part that was read is removed.</param>
    /// <returns>False at the end of the text, which can be inside an element.</returns>
    public bool MoveNext(ref ReadOnlySpan<char> text)
    {
        Found = XmlPiece.None;
        while (Found == XmlPiece.None && _markup.MoveNext(ref text))
        {
            if (_markup.IsTooLong)
            {
                EndTooLong();
            }
            else if (_depth == 0)
            {
                ReadOuterTag();
            }
            else
            {
                ReadInnerTag();
            }
        }

        return Found != XmlPiece.None;
    }

    /// <summary>Ends the line.</summary>
    public void EndLine() => _markup.EndLine();

    /// <summary>
    /// Ends the text. An element that is not complete is <see cref="XmlPiece.Cut"/>, and so is a tag.
    /// </summary>
    public void End()
    {
        Found = XmlPiece.None;
        if (_markup.IsOpen && _depth == 0)
        {
            _startLine = _markup.TagLine;
            _firstTagLine = 0;
        }

        if (_markup.IsOpen || _markup.KeepsText)
        {
            Find(XmlPiece.Cut);
        }
    }

    /// <summary>Opens the found element. The reader accepts no document type and reads no other files.</summary>
    /// <returns>A reader before the start of the element, which the caller disposes.</returns>
    public XmlReader Open()
    {
        var context = new XmlParserContext(null, new AnyNamespace(), null, XmlSpace.None);
        return XmlReader.Create(new StringReader(new string(Text)), _settings, context);
    }

    private void ReadOuterTag()
    {
        if (!_markup.IsStart || !_markup.HasNameOf(names))
        {
            OpenElements = Math.Max(0, OpenElements + _markup.Step);
            return;
        }

        StartElement();
    }

    private void StartElement()
    {
        _markup.KeepOnlyTag();
        _depth = _markup.Step;
        _markup.KeepsText = _depth > 0;
        _startLine = _markup.TagLine;
        _firstTagLine = 0;
        if (_depth == 0 && Found == XmlPiece.None) // an empty element, unless it shows that another one is cut
        {
            Find(XmlPiece.Element);
        }
    }

    // Tags of an element that is too long are still counted, to find its end.
    private void ReadInnerTag()
    {
        if (_markup.IsStart && _markup.HasNameOf(names))
        {
            Find(_markup.KeepsText ? XmlPiece.Cut : XmlPiece.None);
            StartElement();
            return;
        }

        _depth += _markup.Step;
        if (_depth == 0)
        {
            Find(_markup.KeepsText ? XmlPiece.Element : XmlPiece.None);
            _markup.KeepsText = false;
            return;
        }

        _firstTagLine = _firstTagLine == 0 ? _markup.TagLine : _firstTagLine;
        _lastTagLine = Line;
    }

    private void EndTooLong()
    {
        if (_markup.KeepsText)
        {
            Find(XmlPiece.TooLong);
            _markup.KeepsText = false;
        }
    }

    private void Find(XmlPiece piece)
    {
        Found = piece;
        bool hasTags = piece == XmlPiece.Element && _firstTagLine > 0;
        (FirstLine, LastLine) = hasTags ? (_firstTagLine, _lastTagLine) : (_startLine, Line);
    }

    /// <summary>
    /// Accepts any prefix: the element does not have the names of namespaces that the elements around it declare.
    /// </summary>
    private sealed class AnyNamespace() : XmlNamespaceManager(new NameTable())
    {
        public override string? LookupNamespace(string prefix) => base.LookupNamespace(prefix) ?? "unknown";
    }
}

/// <summary>Specifies what <see cref="XmlSplitter"/> found.</summary>
internal enum XmlPiece
{
    /// <summary>Nothing: the text has ended.</summary>
    None,

    /// <summary>A complete element.</summary>
    Element,

    /// <summary>An element whose end is missing: the text ends, or the next element of its name starts.</summary>
    Cut,

    /// <summary>
    /// An element of more than <see cref="XmlSplitter.MaxElementLength"/> characters, which is skipped.
    /// </summary>
    TooLong,
}
