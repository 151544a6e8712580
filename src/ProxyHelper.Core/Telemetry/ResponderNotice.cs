namespace ProxyHelper.Telemetry;

/// <summary>Represents a message for an administrator from a running responder.</summary>
/// <param name="At">The time of the event.</param>
/// <param name="Kind">The kind of event.</param>
/// <param name="Message">What happened, and what follows for the replies.</param>
public sealed record ResponderNotice(DateTimeOffset At, NoticeKind Kind, string Message);
