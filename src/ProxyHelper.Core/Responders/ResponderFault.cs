namespace ProxyHelper.Responders;

/// <summary>Something that an administrator should know, while the responder goes on.</summary>
/// <param name="At">When it was noticed.</param>
/// <param name="IsOver">Whether it is the end of a trouble told before.</param>
/// <param name="Message">What happens, and what it means for the answers.</param>
public sealed record ResponderFault(DateTimeOffset At, bool IsOver, string Message);
