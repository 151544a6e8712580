using System.Net.Sockets;
using ProxyHelper.Relay;

namespace ProxyHelper.Diagnosis.Relay;

/// <summary>Checks whether the target accepts connections, and the header of the PROXY protocol.</summary>
/// <param name="setup">The set-up of the relay.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class TargetCheck(RelaySetup setup, RelayWords words)
{
    /// <summary>Connects to the target, sends a header, and judges what the target does.</summary>
    public IEnumerable<Finding> Judge(CancellationToken cancellationToken)
    {
        if (setup.Target is not { } target)
        {
            return [Finding.Skipped(CheckNames.Target, "The target of the relay is not known.", words.GiveTarget)];
        }

        TargetProbe probe = TargetProbe.Try(setup, target, cancellationToken);
        return probe.Failure is { } failure
            ? [NotConnected(target, failure)]
            : [Finding.Passed(CheckNames.Target, $"{target} accepts connections."), JudgeHeader(target, probe)];
    }

    private static Finding NotConnected(RelayTarget target, SocketError failure)
    {
        string look = target.EndPoint is { } endPoint ? $"ss -tlnp sport = :{endPoint.Port}" : $"ls -l {target.Path}";
        (string reason, string action) = (failure, target.Path) switch
        {
            (SocketError.ConnectionRefused, null) => ("no program listens there", $"Start the proxy. To look: {look}"),
            (SocketError.ConnectionRefused, _) =>
                ("no program listens on the socket, or its queue is full", $"Start the proxy. To look: {look}"),
            (SocketError.TimedOut, _) => ("it does not accept in time", $"See whether the proxy is busy: {look}"),
            (SocketError.AccessDenied, not null) => (
                "this user may not write to the socket",
                $"Give the user of the relay write access to the socket: {look}"),
            (SocketError.AddressNotAvailable, not null) =>
                ("the socket does not exist", $"Start the proxy. To look: {look}"),
            _ => (Describe(failure), $"Correct the cause. To look: {look}"),
        };
        return Finding.Failed(
            CheckNames.Target, $"{target} cannot be reached: {reason}. The relay resets every connection.", action);
    }

    private static string Describe(SocketError failure) =>
        new SocketException((int)failure).Message.TrimEnd('.');

    private Finding JudgeHeader(RelayTarget target, TargetProbe probe)
    {
        string name = setup.ProxyProtocol == ProxyProtocol.V1 ? "version 1" : "version 2";
        string look =
            $"Let {target} expect the header (docs/relay.md), or change {words.ProxyProtocolOption}. " +
            "The log of the proxy says why it closed the connection.";
        return probe.Reaction switch
        {
            TargetReaction.NoHeader => Finding.Warning(
                CheckNames.Header,
                "The relay sends no header, so the target does not learn the original ends.",
                $"If the target accepts the PROXY protocol, use {words.ProxyProtocolOption} v2."),
            TargetReaction.ConnectsToDestination => Finding.Passed(
                CheckNames.Header,
                $"{target} accepts the header ({name}) and connects to the destination in the header."),
            TargetReaction.Waits => Finding.Passed(
                CheckNames.Header, $"{target} accepts the header ({name}) and waits for the user."),
            TargetReaction.Greets => Finding.Passed(
                CheckNames.Header, $"{target} accepts the header ({name}) and answers '{probe.Text}'."),
            TargetReaction.Complains => Finding.Failed(
                CheckNames.Header, $"{target} does not accept the header ({name}): it answers '{probe.Text}'.", look),
            _ => Finding.Failed(
                CheckNames.Header,
                $"{target} closes the connection after the header ({name}), whose ends were {probe.Ends}. " +
                "The target does not accept the header, or its rules refuse these ends.",
                look),
        };
    }
}
