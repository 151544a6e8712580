using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Security;
using ProxyHelper.Addresses;
using ProxyHelper.Client;
using ProxyHelper.Conntrack;
using ProxyHelper.Server;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Asks a helper the way smtp-gated does, and shows the reply. Works on any system.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ProxyHelper", DefaultParameterSetName = EndPointSet)]
[OutputType(typeof(HelperAnswer), typeof(bool))]
public sealed class TestProxyHelperCommand : ProxyHelperCommand
{
    private const string EndPointSet = "EndPoint";
    private const string MappingSet = "Mapping";
    private const string RowSet = "Row"; // not the default set, so that a mapping from the pipeline is bound first
    private static readonly string[] _udpParameters = [nameof(Secret), nameof(SecretFile), nameof(Retries)];

    private uint _secret;

    private bool IsTcp => Transport == HelperTransport.Tcp;

    /// <summary>
    /// Gets or sets the address or host name of the helper. The default is the address of the source, as in smtp-gated.
    /// </summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(LocalAddressCompleter))]
    [RequireValue(IsSingle = true)]
    public string? HelperAddress { get; set; }

    /// <summary>Gets or sets the translated source, after SNAT, such as 194.0.1.1:20119.</summary>
    [Parameter(Mandatory = true, ParameterSetName = EndPointSet)]
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = RowSet)]
    [Alias("TranslatedSource")]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPoint(IsSingle = true)]
    public TransportEndPoint Source { get; set; }

    /// <summary>Gets or sets the address and port on which the proxy accepted, such as 194.0.22.9:9199.</summary>
    [Parameter(Mandatory = true, ParameterSetName = EndPointSet)]
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = RowSet)]
    [Alias("TranslatedDestination")]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [EndPoint(IsSingle = true)]
    public TransportEndPoint Destination { get; set; }

    /// <summary>
    /// Gets or sets the protocol of the connection, which a row of a file gives by its name. The default is Tcp. A
    /// helper only knows TCP: a row of another protocol is an error.
    /// </summary>
    [Parameter(ParameterSetName = EndPointSet)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = RowSet)]
    [Protocol(IsSingle = true)]
    public IPProtocol Protocol { get; set; } = IPProtocol.Tcp;

    /// <summary>
    /// Gets or sets the mapping to ask about, from Get-NatMapping. The answer says whether the helper agrees.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = MappingSet)]
    [RequireValue(LeavesRows = true, IsSingle = true)]
    public ConntrackEntry? Mapping { get; set; }

    /// <summary>
    /// Gets or sets how to ask: Udp (smtp-gated's mode remote-udp) or Tcp (its mode remote). The default is Udp. Only
    /// the proxy can ask over TCP.
    /// </summary>
    [Parameter]
    [RequireValue(IsSingle = true)]
    public HelperTransport Transport { get; set; }

    /// <summary>
    /// Gets or sets the port of the helper, smtp-gated's remote_port. The default is 114. 1 to 65535.
    /// </summary>
    [Parameter]
    [WholeNumber(1, 65535, IsSingle = true)]
    public int Port { get; set; } = ListenOptions.DefaultPort;

    /// <summary>
    /// Gets or sets the shared secret, smtp-gated's remote_udp_secret: a number, or a SecureString that holds a number.
    /// The default is 0: no secret. Not with -Transport Tcp.
    /// </summary>
    [Parameter]
    [Secret]
    public SecureString? Secret { get; set; }

    /// <summary>
    /// Gets or sets the file of the secret. Only its owner may have access (chmod 600). Not with -Transport Tcp.
    /// </summary>
    [Parameter]
    [RequireValue(AcceptsAnyCharacter = true, IsSingle = true)]
    public string? SecretFile { get; set; }

    /// <summary>
    /// Gets or sets how often the query is sent in all, smtp-gated's remote_udp_retries. The default is 3. 1 to 100.
    /// Not with -Transport Tcp.
    /// </summary>
    [Parameter]
    [WholeNumber(1, 100, IsSingle = true)]
    public int Retries { get; set; } = 3;

    /// <summary>
    /// Gets or sets the time in seconds to wait after each send, or in all over TCP; smtp-gated's timeout_lookup. The
    /// default is 5 seconds. 0.01 to 3600.
    /// </summary>
    [Parameter]
    [SecondsNumber(0.01, 3600, IsSingle = true)]
    public double TimeoutSeconds { get; set; } = 5;

    /// <summary>
    /// Gets or sets whether the cmdlet returns only true or false. True means that the helper found the connection and
    /// agrees with the mapping, if a mapping was given.
    /// </summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (IsTcp && _udpParameters.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } parameter)
        {
            throw Terminating(Errors.ParameterNotForTcp(parameter));
        }

        HelperAddress = HelperAddress?.Trim();
        if (HelperAddress is not null && Askability.FindFault(TypedAddress.Read(HelperAddress)) is { } fault)
        {
            throw Terminating(fault);
        }

        _secret = ReadSecret(Secret, SecretFile);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Mapping is not null)
        {
            Source = Mapping.TranslatedSource;
            Destination = Mapping.TranslatedDestination;
        }

        if (Askability.FindObstacle(Mapping, Protocol, Source, Destination) is { } obstacle)
        {
            WriteError(obstacle);
        }
        else if (ResolveHelper() is { } helper)
        {
            Ask(new IPEndPoint(helper, Port));
        }
    }

    private IPAddress? ResolveHelper()
    {
        if (HelperAddress is null)
        {
            return Source.IPAddress;
        }

        SocketException? failure = null;
        try
        {
            Task<IPAddress[]> resolving =
                Dns.GetHostAddressesAsync(HelperAddress, AddressFamily.InterNetwork, Cancellation);
            if (Await(resolving, $"Resolving {HelperAddress}", "No answer yet", longest: null) is [var address, ..])
            {
                return address;
            }
        }
        catch (SocketException unresolved)
        {
            failure = unresolved;
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            return null;
        }

        WriteError(Errors.HelperHostNotFound(HelperAddress, failure));
        return null;
    }

    private void Ask(IPEndPoint helper)
    {
        if (IsTcp && helper.Address.ToString() != Source.Address)
        {
            WriteError(Errors.HelperNotSource(helper.Address, Source));
            return;
        }

        var request = new HelperRequest
        {
            Helper = helper,
            Source = Source,
            Destination = Destination,
            Secret = _secret,
            Sends = Retries,
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
        };
        var report = new AnswerReport(this, request, Transport);
        try
        {
            report.WriteQuestion();
            Task<HelperAnswer> asking =
                IsTcp ? LineClient.AskAsync(request, Cancellation) : HelperClient.AskAsync(request, Cancellation);
            string status = $"No answer about {Source} -> {Destination} yet";
            HelperAnswer answer = Await(asking, $"Asking {helper}", status, report.LongestTime);
            WriteAnswer(report, answer with { AgreesWithMapping = AgreesWithMapping(answer) });
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // After Ctrl+C, nobody reads the output.
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            WriteError(Errors.DestinationNotLocal(Destination, failure));
        }
        catch (SocketException failure) when (HelperErrors.FindLimit(CommandName, failure) is { } limit)
        {
            throw Terminating(limit);
        }
    }

    /// <summary>Returns whether the helper agrees with the mapping, or null if there is nothing to compare.</summary>
    private bool? AgreesWithMapping(HelperAnswer answer) => answer.Outcome switch
    {
        HelperOutcome.Found when Mapping is not null =>
            (answer.OriginalSource ?? Mapping.OriginalSource) == Mapping.OriginalSource
                && answer.OriginalDestination == Mapping.OriginalDestination,
        HelperOutcome.NotFound when Mapping is not null => false,
        _ => null,
    };

    private void WriteAnswer(AnswerReport report, HelperAnswer answer)
    {
        report.WriteAnswer(answer);
        bool isFound = answer.Outcome == HelperOutcome.Found && answer.AgreesWithMapping != false;
        WriteObject(Quiet ? isFound : answer with { Hint = AnswerHint.For(answer, Transport) });
    }
}
