using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ProxyHelper.Server;
using ProxyHelper.Tests.Protocol;
using ProxyHelper.Tests.Server;
using Xunit;

namespace ProxyHelper.Tests.Telemetry;

/// <summary>Tests the meter as a collector uses it.</summary>
public sealed class ResponderMeterTests
{
    private static readonly ListenOptions _options = Router.Options("194.0.1.1", "194.0.1.2") with { Port = 1143 };

    private static readonly (string Name, double Value)[] _expected =
    [
        ("proxyhelper.connection.drops {connection}", 0),
        ("proxyhelper.connection.timeouts {connection}", 0),
        ("proxyhelper.conntrack.reopenings {reopening}", 0),
        ("proxyhelper.grace.finds {query}", 0),
        ("proxyhelper.grace.waits {query}", 0),
        ("proxyhelper.queries/broadcast {query}", 0),
        ("proxyhelper.queries/failed {query}", 0),
        ("proxyhelper.queries/found {query}", 1),
        ("proxyhelper.queries/late {query}", 0),
        ("proxyhelper.queries/malformed {query}", 1),
        ("proxyhelper.queries/not_allowed {query}", 0),
        ("proxyhelper.queries/not_found {query}", 1),
        ("proxyhelper.queries/not_its_own {query}", 0),
        ("proxyhelper.queries/resolver_ambiguous {query}", 0),
        ("proxyhelper.queries/resolver_error {query}", 0),
        ("proxyhelper.queries/resolver_full {query}", 0),
        ("proxyhelper.queries/resolver_invalid {query}", 0),
        ("proxyhelper.queries/resolver_late {query}", 0),
        ("proxyhelper.queries/resolver_mismatch {query}", 0),
        ("proxyhelper.queries/resolver_too_old {query}", 0),
        ("proxyhelper.queries/too_often {query}", 0),
        ("proxyhelper.queries/wrong_secret {query}", 1),
        ("proxyhelper.queue.drops {datagram}", 0),
        ("proxyhelper.receive.errors {error}", 0),
        ("proxyhelper.replies.unsent {reply}", 0),
    ];

    [Fact]
    public void A_collector_reads_the_counts_by_outcome_and_the_tags_of_the_responder() => Router.With(() =>
    {
        using var collector = new Collector(port: 1143);
        using Responder responder = Responder.Start(_options, Router.Rules);
        using var asker = new Asker();
        asker.Ask(Datagrams.Query, Asker.Helper(port: 1143));
        asker.Ask(Datagrams.Query.With(24, 0, 1), Asker.Helper(port: 1143));
        asker.Send(Datagrams.QueryWithSecret(1), Asker.Helper(port: 1143));
        asker.Send([1], Asker.Helper(port: 1143));
        Router.CountsAfter(responder, 4);

        Dictionary<string, double> values = collector.Collect();

        Assert.Equal(
            _expected,
            values.Where(value => value.Key != "proxyhelper.uptime s")
                .OrderBy(value => value.Key, StringComparer.Ordinal)
                .Select(value => (value.Key, value.Value)));
        Assert.InRange(values["proxyhelper.uptime s"], 0, responder.Uptime.TotalSeconds);
        Assert.Equal(("194.0.1.1,194.0.1.2", 1143), (collector.Tags["server.address"], collector.Tags["server.port"]));
        // Recorded after the reply.
        Assert.True(SpinWait.SpinUntil(() => collector.Durations.Count == 2, TimeSpan.FromMinutes(1)));
        Assert.All(collector.Durations, seconds => Assert.InRange(seconds, 0, 60));
    });

    [Fact]
    public void A_stopped_responder_publishes_no_counts() => Router.With(() =>
    {
        using var collector = new Collector(port: 1144);
        Responder responder = Responder.Start(_options with { Port = 1144 }, Router.Rules);
        Assert.NotEmpty(collector.Collect());
        responder.Stop();
        Assert.Empty(collector.Collect());
    });

    [Fact]
    public void Durations_are_recorded_only_while_a_collector_listens() => Router.With(() =>
    {
        using Responder responder = Responder.Start(_options with { Port = 1145 }, Router.Rules);
        using var asker = new Asker();
        for (int i = 0; i < 20; i++)
        {
            asker.Ask(Datagrams.Query, Asker.Helper(port: 1145));
        }

        using var collector = new Collector(port: 1145);
        asker.Ask(Datagrams.Query, Asker.Helper(port: 1145));
        responder.Stop();

        Assert.InRange(collector.Durations.Count, 1, 2); // the duration of the previous query may be recorded late
    });

    /// <summary>Listens to the instruments of one responder, as an exporter does.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, double> _values = [];

        public Collector(int port)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                Dictionary<string, object?> tags = (instrument.Meter.Tags ?? []).ToDictionary(
                    tag => tag.Key, tag => tag.Value);
                if (instrument.Meter.Name == "ProxyHelper" && Equals(tags.GetValueOrDefault("server.port"), port))
                {
                    Tags = tags;
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            {
                if (instrument.Name == "proxyhelper.query.duration")
                {
                    Durations.Enqueue(value);
                }
                else
                {
                    Take(instrument, value, tags);
                }
            });
            _listener.Start();
        }

        public Dictionary<string, object?> Tags { get; private set; } = [];

        public ConcurrentQueue<double> Durations { get; } = [];

        public Dictionary<string, double> Collect()
        {
            _values.Clear();
            _listener.RecordObservableInstruments();
            return _values;
        }

        public void Dispose() => _listener.Dispose();

        private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            bool isLabelled = tags is [{ Key: "proxyhelper.query.outcome" }];
            string outcome = isLabelled ? $"/{tags[0].Value}" : string.Empty;
            _values.Add($"{instrument.Name}{outcome} {instrument.Unit}", value);
        }
    }
}
