namespace ProxyHelper.Diagnosis;

/// <summary>How a check of the set-up ended.</summary>
public enum SetupResult
{
    /// <summary>It is as it should be.</summary>
    Passed,

    /// <summary>It works, but not well or not for long; or it cannot be told.</summary>
    Warning,

    /// <summary>With it as it is, smtp-gated gets no right answers.</summary>
    Failed,

    /// <summary>It was not looked at, as something is missing for that.</summary>
    Skipped,
}
