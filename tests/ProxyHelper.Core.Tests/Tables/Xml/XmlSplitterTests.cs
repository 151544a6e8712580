using System.Xml;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables.Xml;

/// <summary>Tests how elements are cut out of XML text that arrives in pieces.</summary>
public sealed class XmlSplitterTests
{
    [Fact]
    public void Any_pieces_of_any_document_give_the_same_elements()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            RandomXml xml = new RandomXml(seed).Write(depth: 0);
            Assert.Equal(xml.Flows, Split(xml.Text.ToString(), seed).Select(found => found.Text));
        }
    }

    [Theory]
    [InlineData("<flow/>", "Element 1-1")]
    [InlineData("<flow><a/></flow>", "Element 1-1")]
    [InlineData("<r>\n<flow>\n<a>\n</a>\n<b/>\n</flow>\n</r>", "Element 3-5")]
    [InlineData("<flow>\n</flow>", "Element 1-2")]
    [InlineData("<flow><a>\n<flow/>", "Cut 1-2")]
    [InlineData("<flow><a>\n<flow><b/></flow>", "Cut 1-2, Element 2-2")]
    [InlineData("<flow>\n<a", "Cut 1-3")]
    [InlineData("<r>\n<flow", "Cut 2-3")]
    [InlineData("a < b <4 <flow> \n</flow> > c", "Element 1-2")]
    [InlineData("<a '<flow></flow>", "Element 1-1")]
    [InlineData("</a><flow></flow></flow><>", "Element 1-1")]
    [InlineData("<flows></flows><a:flow/><flow.a/>", "Element 1-1")]
    public void An_element_has_its_lines(string text, string expected) =>
        Assert.Equal(expected, string.Join(", ", Split(text, seed: 1).Select(found => found.Place)));

    [Fact]
    public void Prefixes_need_no_namespaces()
    {
        var splitter = new XmlSplitter("flow");
        ReadOnlySpan<char> text = "<p:flow q:a='1' xmlns:r='r'><q:b xmlns='n'/><r:c/></p:flow>";
        Assert.True(splitter.MoveNext(ref text));
        using XmlReader reader = splitter.Open();
        List<string> names = [];
        while (reader.Read())
        {
            names.Add($"{reader.NodeType} {reader.LocalName} {reader.GetAttribute("q:a")}");
        }

        Assert.Equal(["Element flow 1", "Element b ", "Element c ", "EndElement flow "], names);
    }

    [Fact]
    public void The_open_elements_around_an_element_are_counted()
    {
        var splitter = new XmlSplitter("Obj", "Other");
        ReadOnlySpan<char> text = "<Objs><Obj><S/><S>1</S></Obj><Obj>2</Obj></Objs>";
        Assert.True(splitter.MoveNext(ref text));
        Assert.Equal("<Obj><S/><S>1</S></Obj>", splitter.Text.ToString());
        Assert.Equal(1, splitter.OpenElements);
        Assert.True(splitter.MoveNext(ref text));
        Assert.Equal("<Obj>2</Obj>", splitter.Text.ToString());
        Assert.False(splitter.MoveNext(ref text));
        Assert.Equal((0, false, false), (splitter.OpenElements, splitter.IsInside, splitter.IsInTag));
    }

    [Fact]
    public void An_element_that_is_too_long_is_skipped_and_the_next_one_is_found()
    {
        string text = $"<flow>{new string('x', XmlSplitter.MaxElementLength)}<a></a></flow><flow>2</flow>";
        Assert.Equal(["TooLong 1-1", "Element 1-1"], Split(text, seed: 1).Select(found => found.Place));
        text = $"<flow>{string.Concat(Enumerable.Repeat("<a>", XmlSplitter.MaxElementLength))}<flow>2</flow>";
        Assert.Equal(["TooLong 1-1", "Element 1-1"], Split(text, seed: 1).Select(found => found.Place));
        text = $"<!--{new string('x', XmlSplitter.MaxElementLength)}--><flow>2</flow>";
        Assert.Equal(["Element 1-1"], Split(text, seed: 1).Select(found => found.Place));
    }

    [Fact]
    public void A_document_on_one_line_needs_little_memory()
    {
        var splitter = new XmlSplitter("flow");
        string piece = string.Concat(Enumerable.Repeat("<flow><src>10.1.1.1</src></flow>", 100)) + "<other>text";
        long before = GC.GetAllocatedBytesForCurrentThread();
        int found = 0;
        for (int i = 0; i < 30_000; i++)
        {
            ReadOnlySpan<char> text = piece;
            while (splitter.MoveNext(ref text))
            {
                found++;
            }
        }

        Assert.Equal(3_000_000, found);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory]
    [InlineData("<flow><!DOCTYPE flow [<!ENTITY a \"b\">]>&a;</flow>")]
    [InlineData("<flow>&a;</flow>")]
    [InlineData("<flow><a></flow></a>")]
    [InlineData("<flow>\0</flow>")]
    [InlineData("<flow>< a></flow>")]
    public void The_reader_of_an_element_refuses_what_is_not_plain_XML(string text)
    {
        var splitter = new XmlSplitter("flow");
        ReadOnlySpan<char> rest = text;
        if (splitter.MoveNext(ref rest))
        {
            Assert.ThrowsAny<XmlException>(() => OuterXml(splitter));
        }
        else
        {
            splitter.End();
            Assert.Equal(XmlPiece.Cut, splitter.Found);
        }
    }

    private static List<(string Text, string Place)> Split(string text, int seed)
    {
        var random = new Random(seed);
        var splitter = new XmlSplitter("flow");
        List<(string Text, string Place)> found = [];
        foreach (string line in text.Split('\n'))
        {
            for (int start = 0; start < line.Length;)
            {
                int length = Math.Min(random.Next(1, 12), line.Length - start);
                ReadOnlySpan<char> piece = line.AsSpan(start, length);
                while (splitter.MoveNext(ref piece))
                {
                    found.Add(Describe(splitter));
                }

                start += length;
            }

            splitter.EndLine();
        }

        splitter.End();
        if (splitter.Found == XmlPiece.Cut)
        {
            found.Add(Describe(splitter));
        }

        return found;
    }

    private static (string Text, string Place) Describe(XmlSplitter splitter) => (
        splitter.Found == XmlPiece.Element ? splitter.Text.ToString() : string.Empty,
        $"{splitter.Found} {splitter.FirstLine}-{splitter.LastLine}");

    private static string OuterXml(XmlSplitter splitter)
    {
        using XmlReader reader = splitter.Open();
        reader.MoveToContent();
        return reader.ReadOuterXml();
    }
}
