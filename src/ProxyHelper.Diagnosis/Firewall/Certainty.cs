namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Whether something is so. Of several that must all be so, the least says it.</summary>
internal enum Certainty
{
    /// <summary>It is not.</summary>
    Never,

    /// <summary>It depends on something that is not understood here.</summary>
    Unclear,

    /// <summary>It depends on what is open, such as the device.</summary>
    Sometimes,

    /// <summary>It is.</summary>
    Always,
}
