using ProxyHelper.Client;
using ProxyHelper.PowerShell.Commands;

namespace ProxyHelper.PowerShell;

/// <summary>Writes the verbose messages and warnings about a query and its answer.</summary>
/// <param name="command">The cmdlet that writes them.</param>
/// <param name="request">The query.</param>
/// <param name="transport">How the helper is asked.</param>
internal sealed class AnswerReport(ProxyHelperCommand command, HelperRequest request, HelperTransport transport)
{
    private readonly bool _isTcp = transport == HelperTransport.Tcp;

    /// <summary>Gets the longest time that the query can take.</summary>
    public TimeSpan LongestTime => _isTcp ? request.Timeout : request.Timeout * request.Sends;

    /// <summary>Writes a verbose message about the query.</summary>
    public void WriteQuestion()
    {
        string ends = $"{request.Source} -> {request.Destination}";
        string time = ProxyHelperCommand.Seconds(LongestTime);
        command.WriteVerbose(_isTcp
            ? $"Asking {request.Helper} over TCP about {ends}, for {time} at most."
            : $"Asking {request.Helper} about {ends}, up to {request.Sends} times in {time}, "
                + $"{(request.Secret == 0 ? "without a secret" : "with a secret")}.");
    }

    /// <summary>
    /// Writes a verbose message about the answer, and a warning for each reply that does not match the query.
    /// </summary>
    public void WriteAnswer(HelperAnswer answer)
    {
        string asked = answer.AskedFrom is { } asker ? $"asked from {asker.Address}" : "no query was sent";
        string sends = _isTcp ? string.Empty : $" after {answer.Sends} of {request.Sends} sends";
        string time = answer.RoundTripTime is { } elapsed
            ? $", {ProxyHelperCommand.Seconds(elapsed)} after the {(_isTcp ? "start" : "last send")}"
            : string.Empty;
        command.WriteVerbose($"{answer.Outcome}{sends}, {asked}{time}.");
        foreach (IgnoredReply ignored in answer.IgnoredReplies)
        {
            string reason = ignored.Reason.ToString().ToLowerInvariant();
            command.WriteWarning($"Ignored a reply from {ignored.Sender}: its {reason} does not match the query.");
        }
    }
}
