namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents one condition of a rule.</summary>
/// <param name="Field">The field of the packet that the condition reads.</param>
/// <param name="Values">The values of which the field must have one.</param>
/// <param name="IsNegated">Whether the field must have none of the values instead.</param>
/// <param name="Text">The condition in words.</param>
internal sealed record FirewallCondition(
    PacketField Field, IReadOnlyList<NumberRange> Values, bool IsNegated, string Text)
{
    /// <summary>Returns a condition that the checks do not understand.</summary>
    public static FirewallCondition Unclear(string text) => new(PacketField.Unclear, [], IsNegated: false, text);

    /// <summary>Returns a condition with one value.</summary>
    public static FirewallCondition Of(PacketField field, uint value, string text, bool isNegated = false) =>
        new(field, [new NumberRange(value)], isNegated, text);

    /// <summary>Returns whether a packet meets the condition.</summary>
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

/// <summary>
/// Specifies whether a statement is true. A conjunction is as certain as its least certain statement.
/// </summary>
internal enum Certainty
{
    /// <summary>The statement is false.</summary>
    Never,

    /// <summary>The statement depends on something that the checks do not understand.</summary>
    Unclear,

    /// <summary>The statement depends on an unknown field of the packet, such as the interface.</summary>
    Sometimes,

    /// <summary>The statement is true.</summary>
    Always,
}
