namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Represents one condition of a rule.</summary>
/// <param name="field">The field of the packet that the condition reads.</param>
/// <param name="values">The values of which the field must have one.</param>
/// <param name="isNegated">Whether the field must have none of the values instead.</param>
/// <param name="describe">Returns the condition in words. Few conditions are shown, so few are described.</param>
internal sealed class FirewallCondition(PacketField field, NumberSet values, bool isNegated, Func<string> describe)
{
    /// <summary>Gets the field of the packet that the condition reads.</summary>
    public PacketField Field { get; } = field;

    /// <summary>Gets the condition in words.</summary>
    public string Text => describe();

    /// <summary>Returns a condition that the checks do not understand.</summary>
    public static FirewallCondition Unclear(Func<string> describe) =>
        new(PacketField.Unclear, NumberSet.Empty, isNegated: false, describe);

    /// <summary>Returns a condition that the checks do not understand.</summary>
    public static FirewallCondition Unclear(string text) => Unclear(() => text);

    /// <summary>Returns a condition about an interface.</summary>
    public static FirewallCondition OfDevice(Func<string> describe) =>
        new(PacketField.Device, NumberSet.Empty, isNegated: false, describe);

    /// <summary>Returns a condition with one value.</summary>
    public static FirewallCondition Of(
        PacketField field, uint value, Func<string> describe, bool isNegated = false) =>
        new(field, NumberSet.Of(new NumberRange(value)), isNegated, describe);

    /// <summary>Returns whether a packet meets the condition.</summary>
    public Certainty Judge(FirewallPacket packet) =>
        Field == PacketField.Unclear ? Certainty.Unclear
        : packet[Field] is not { } value ? Certainty.Sometimes
        : values.Contains(value) != isNegated ? Certainty.Always
        : Certainty.Never;
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
