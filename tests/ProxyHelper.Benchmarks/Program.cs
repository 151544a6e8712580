using System.Net;
using System.Runtime.InteropServices;
using ProxyHelper.Benchmarks.Failovers;
using ProxyHelper.Benchmarks.Imports;
using ProxyHelper.Benchmarks.Listings;
using ProxyHelper.Benchmarks.Reading;
using ProxyHelper.Benchmarks.Relays;
using ProxyHelper.Benchmarks.Responders;
using ProxyHelper.Benchmarks.Scaling;
using ProxyHelper.Benchmarks.Scaling.Measuring;

const int succeeded = 0, failed = 1, usage = 2, interrupted = 130;

using var stop = new CancellationTokenSource();
using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT);
using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM);
using PosixSignalRegistration hangUp = StopOn(PosixSignal.SIGHUP);
try
{
    bool isRight = args switch
    {
        ["responder", .. string[] rest] => ResponderBenchmark.Run(ResponderSettings.Parse(rest), stop.Token),
        ["listing", .. string[] rest] => ListingBenchmark.Run(ListingSettings.Parse(rest), stop.Token),
        ["reading", .. string[] rest] => ReadingBenchmark.Run(ReadingSettings.Parse(rest), stop.Token),
        ["import", .. string[] rest] => ImportBenchmark.Run(ImportSettings.Parse(rest), stop.Token),
        ["failover", .. string[] rest] => FailoverBenchmark.Run(FailoverSettings.Parse(rest), stop.Token),
        ["relay", RelayHost.Command, string listen, string target] =>
            RelayHost.Run(IPEndPoint.Parse(listen), IPEndPoint.Parse(target), stop.Token),
        ["relay", .. string[] rest] => RelayBenchmark.Run(RelayBenchmarkSettings.Parse(rest), stop.Token),
        ["scaling", "measure", .. string[] rest] => ScalingMeasurement.Run(MeasureSettings.Parse(rest), stop.Token),
        ["scaling", .. string[] rest] => ScalingReport.Print(ScalingSettings.Parse(rest)),
        _ => throw new FormatException(
            "Give the benchmark: responder, listing, reading, import, failover, relay or scaling."),
    };
    return isRight ? succeeded : failed;
}
catch (FormatException wrong)
{
    string[] usages =
    [
        ResponderSettings.Usage, ListingSettings.Usage, ReadingSettings.Usage, ImportSettings.Usage,
        FailoverSettings.Usage, RelayBenchmarkSettings.Usage, ScalingSettings.Usage, MeasureSettings.Usage,
    ];
    Console.Error.WriteLine($"{wrong.Message}\n\n{string.Join('\n', usages)}");
    return usage;
}
#pragma warning disable CA1031 // an interrupt also reaches the contenders, whose failures are of any kind
catch (Exception) when (stop.IsCancellationRequested)
#pragma warning restore CA1031
{
    return interrupted;
}
catch (Exception failure) when (failure is InvalidOperationException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(failure.Message);
    return failed;
}

PosixSignalRegistration StopOn(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
{
    context.Cancel = true; // programs that were started are ended first
    stop.Cancel();
});
