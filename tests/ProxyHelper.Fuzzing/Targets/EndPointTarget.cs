using System.Buffers;
using System.Net;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads an address and a port as a user writes them.</summary>
internal sealed class EndPointTarget : IFuzzTarget
{
    private const int Room = 64; // [ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535 takes 53

    private static readonly SearchValues<char> _characters = SearchValues.Create("0123456789abcdefABCDEF.:[]");

    /// <inheritdoc/>
    public string Name => "end-point";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        if (!TransportEndPoint.TryParse(text, out TransportEndPoint endPoint))
        {
            Invariant.Holds(endPoint == default, "nothing is read from text that is not an end point");
            return;
        }

        Invariant.Holds(
            !text.AsSpan().Trim().ContainsAnyExcept(_characters),
            "an end point has hexadecimal digits, dots, colons and brackets only");
        Invariant.Holds(TransportEndPoint.Parse(text) == endPoint, "both ways to read are the same");
        CheckWritten(endPoint);
    }

    private static void CheckWritten(TransportEndPoint endPoint)
    {
        string written = endPoint.ToString();
        Invariant.Holds(
            TransportEndPoint.TryParse(written, out TransportEndPoint again) && again == endPoint,
            "an end point is read as it was written");
        Invariant.Holds(
            again.CompareTo(endPoint) == 0 && again.GetHashCode() == endPoint.GetHashCode(),
            "equal end points compare as equal and have equal hashes");
        Invariant.Holds(IPEndPoint.Parse(written).Equals(endPoint.ToIPEndPoint()), "System.Net reads it as the same");
        Span<byte> utf8 = stackalloc byte[Room];
        Invariant.Holds(endPoint.TryFormat(utf8, out int length, default, null), "the text fits");
        Invariant.Holds(Encoding.ASCII.GetString(utf8[..length]) == written, "both ways to write are the same");
    }
}
