namespace ProxyHelper.Telemetry;

/// <summary>Something that an administrator should know, while the responder goes on.</summary>
/// <param name="At">When it was noticed.</param>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="Message">What happens, and what it means for the answers.</param>
public sealed record ResponderNotice(DateTimeOffset At, NoticeKind Kind, string Message);
