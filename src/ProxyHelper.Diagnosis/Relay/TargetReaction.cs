namespace ProxyHelper.Diagnosis.Relay;

/// <summary>Specifies what the target of a relay did after the header.</summary>
internal enum TargetReaction
{
    /// <summary>No connection came about.</summary>
    NotConnected,

    /// <summary>No header was sent, because the relay sends none.</summary>
    NoHeader,

    /// <summary>The target connected to the destination in the header.</summary>
    ConnectsToDestination,

    /// <summary>The target waited for data.</summary>
    Waits,

    /// <summary>The target sent a text without an error, such as the greeting of a mail server.</summary>
    Greets,

    /// <summary>The target sent an error, or sent a text and closed the connection.</summary>
    Complains,

    /// <summary>The target closed or reset the connection.</summary>
    Closes,
}
