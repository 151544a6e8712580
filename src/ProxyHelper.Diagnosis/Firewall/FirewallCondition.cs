namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>One thing that a rule demands of a packet.</summary>
/// <param name="Field">What it looks at.</param>
/// <param name="Values">What the field must have; one of them.</param>
/// <param name="IsNegated">Whether it must have none of them instead.</param>
/// <param name="Text">The condition in words.</param>
internal sealed record FirewallCondition(PacketField Field, IReadOnlyList<NumberRange> Values, bool IsNegated, string Text)
{
    /// <summary>A condition that is not understood.</summary>
    public static FirewallCondition Unclear(string text) => new(PacketField.Unclear, [], IsNegated: false, text);

    /// <summary>A condition on one number.</summary>
    public static FirewallCondition Of(PacketField field, uint value, string text, bool isNegated = false) => new(field, [new NumberRange(value)], isNegated, text);

    /// <summary>Whether a packet fits.</summary>
    public Certainty Judge(FirewallPacket packet)
    {
        if (Field == PacketField.Unclear)
        {
            return Certainty.Unclear;
        }

        if (packet[Field] is not { } value)
        {
            return Certainty.Sometimes;
        }

        bool isListed = Values.Any(range => range.Contains(value));
        return isListed != IsNegated ? Certainty.Always : Certainty.Never;
    }
}
