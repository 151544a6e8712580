using System.Globalization;
using System.Text;

namespace ProxyHelper.Tests.Tables.Xml;

/// <summary>
/// Writes random XML with elements "flow" in other elements, and with comments, CDATA and attributes that look like
/// tags.
/// </summary>
internal sealed class RandomXml(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Gets the text.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>Gets the elements "flow".</summary>
    public List<string> Flows { get; } = [];

    /// <summary>Writes some elements and flows.</summary>
    public RandomXml Write(int depth)
    {
        for (int left = _random.Next(1, 5); left > 0; left--)
        {
            WriteOne(depth);
        }

        return this;
    }

    private void WriteOne(int depth)
    {
        switch (_random.Next(depth > 3 ? 6 : 8))
        {
            case 0:
                Text.Append('\n', _random.Next(1, 3));
                break;
            case 1:
                Text.Append(Noise());
                break;
            case < 6:
                Flows.Add(Flow());
                Text.Append(Flows[^1]);
                break;
            default:
                Text.Append(CultureInfo.InvariantCulture, $"<r:flows{Attribute()}>");
                Write(depth + 1);
                Text.Append("</r:flows >");
                break;
        }
    }

    private string Flow()
    {
        string prefix = _random.Next(3) == 0 ? "p:" : string.Empty;
        string start = $"{prefix}flow{Attribute()}";
        return _random.Next(5) == 0 ? $"<{start}/>" : $"<{start}>{Content(depth: 0)}</{prefix}flow>";
    }

    private string Content(int depth) => string.Concat(Enumerable.Range(0, _random.Next(4)).Select(
        _ => _random.Next(depth > 2 ? 3 : 5) switch
        {
            0 => "a &lt; b\n",
            1 => Noise(),
            2 => "<e/>",
            3 => $"<flow2{Attribute()}>{Content(depth + 1)}</flow2>",
            _ => $"<q:e>{Content(depth + 1)}</q:e>",
        }));

    private string Attribute() => _random.Next(4) switch
    {
        0 => " a='1 > \"2\"'",
        1 => " p:b=\"/flow>'\"",
        2 => "\nc = '/'",
        _ => string.Empty,
    };

    private string Noise() => _random.Next(5) switch
    {
        0 => "<!-- <flow> -- > \n-->",
        1 => "<![CDATA[</flow> ]] > <flow>]]>",
        2 => "<?flow <flow> ?>",
        3 => "<!---->",
        _ => "text > more",
    };
}
