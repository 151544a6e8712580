using System.Diagnostics;
using System.Globalization;
using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;

namespace ProxyHelper.Sources;

/// <summary>
/// Looks connections up in a file that has the NAT table of a router. A thread reads the file again when it changes. A
/// look-up only uses the memory.
/// </summary>
public sealed class TableResolver : MappingResolver
{
    /// <summary>The default maximum age of a table: one minute.</summary>
    public static readonly TimeSpan DefaultMaxAge = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan _shortestMaxAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestMaxAge = TimeSpan.FromDays(1);
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly object _changed = new(); // also the lock of the two values below
    private bool _isStopped;
    private bool _hasResult;
    private volatile LoadedTable? _table;
    private volatile Exception? _failure;

    private TableResolver(string path, TimeSpan maxAge)
    {
        Path = path;
        MaxAge = maxAge;
    }

    /// <inheritdoc/>
    public override string Description => $"the table {PrintableText.From(Path)}";

    /// <summary>Gets the path of the file.</summary>
    public string Path { get; }

    /// <summary>Gets the maximum age of the table. An older table gives no answer.</summary>
    public TimeSpan MaxAge { get; }

    /// <summary>Gets the table that answers now.</summary>
    public NatTable Table => _table!.Table;

    /// <summary>Gets the age of the table that answers now.</summary>
    public TimeSpan Age => _table!.Age;

    /// <summary>
    /// Reads a file, and follows its changes until the resolver is disposed. If the file is being written, the method
    /// waits until the file does not change for a second.
    /// </summary>
    /// <param name="path">The path of the file. Another file can take its place at any time.</param>
    /// <param name="maxAge">The maximum age of the table: 1 second to 1 day. An older table gives no answer.</param>
    /// <exception cref="ArgumentException">Thrown when the maximum age is out of range.</exception>
    /// <exception cref="IOException">Thrown when the file cannot be read, or is no table.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this process may not read the file.</exception>
    public static TableResolver Open(string path, TimeSpan maxAge)
    {
        if (FindAgeFault(maxAge) is { } fault)
        {
            throw new ArgumentException(fault);
        }

        var resolver = new TableResolver(path, maxAge);
        try
        {
            OwnProcess.Start(new Thread(resolver.Watch) { IsBackground = true, Name = "ProxyHelper table" });
            bool isRead = resolver.AwaitResult();
            return resolver._failure is { } failure ? throw Renew(failure)
                : isRead ? resolver
                : throw new IOException($"{path} changes all the time. Write another file and rename it to {path}.");
        }
        catch
        {
            resolver.Dispose();
            throw;
        }
    }

    /// <summary>Returns the reason why an age is no maximum age of a table, or null.</summary>
    internal static string? FindAgeFault(TimeSpan maxAge) => maxAge >= _shortestMaxAge && maxAge <= _longestMaxAge
        ? null
        : "The maximum age of a table must be 1 second to 1 day (86400 seconds).";

    /// <inheritdoc/>
    public override Task<ResolverAnswer> ResolveAsync(MappingQuery query, CancellationToken cancellationToken)
    {
        LoadedTable loaded = _table!;
        TimeSpan age = loaded.Age;
        return Task.FromResult(age > MaxAge
            ? ResolverAnswer.FromFault(ResolverFault.TooOld, DescribeAge(age))
            : TableAnswers.Find(loaded.Table, query));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (_changed)
        {
            _isStopped = true;
            Monitor.PulseAll(_changed);
        }
    }

    // The exception was thrown on the other thread. The words are the same.
    private static Exception Renew(Exception failure) => failure switch
    {
        UnauthorizedAccessException => new UnauthorizedAccessException(failure.Message, failure),
        FileNotFoundException missing => new FileNotFoundException(failure.Message, missing.FileName, failure),
        DirectoryNotFoundException => new DirectoryNotFoundException(failure.Message, failure),
        _ => new IOException(failure.Message, failure),
    };

    private string DescribeAge(TimeSpan age)
    {
        string reason = string.Create(
            CultureInfo.InvariantCulture,
            $"the table is {age.TotalSeconds:0} s old, and its maximum age is {MaxAge.TotalSeconds:0} s");
        return _failure is { } failure ? $"{reason}. {failure.Message}" : reason;
    }

    private bool AwaitResult()
    {
        long startedAt = Stopwatch.GetTimestamp();
        lock (_changed)
        {
            while (!_hasResult && _patience - Stopwatch.GetElapsedTime(startedAt) is var rest && rest > TimeSpan.Zero)
            {
                Monitor.Wait(_changed, rest);
            }

            return _hasResult;
        }
    }

    private void Watch()
    {
        using var file = new WatchedFile(Path);
        do
        {
            try
            {
                Look(file);
                _failure = null;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                _failure = failure; // a file that is missing or no table leaves the last table, until it is too old
            }
        }
        while (Pause());
    }

    /// <summary>Waits before the next look.</summary>
    /// <returns>Whether there is a next look.</returns>
    private bool Pause()
    {
        lock (_changed)
        {
            if (_table is not null || _failure is not null)
            {
                _hasResult = true;
                Monitor.PulseAll(_changed);
            }

            return !_isStopped && (!Monitor.Wait(_changed, _interval) || !_isStopped);
        }
    }

    private void Look(WatchedFile file)
    {
        using FileStream? version = file.TakeNewVersion();
        if (version is null)
        {
            return;
        }

        DateTime modifiedAt = FileVersion.Read(version).ModifiedAt;
        using var text = new StreamReader(version, Encoding.UTF8);
        NatTable table = NatTable.Read(text);
        if (!file.IsUnchanged(version))
        {
            return; // the next look finds the next version
        }

        _table = TableAnswers.IsNoTable(table)
            ? throw new InvalidDataException($"{Description} cannot be read: {TableAnswers.DescribeFaults(table)}")
            : new LoadedTable(table, modifiedAt);
    }

    /// <summary>Represents a table that was read.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="ModifiedAt">The time of the last write of its file.</param>
    private sealed record LoadedTable(NatTable Table, DateTime ModifiedAt)
    {
        private readonly long _readAt = Stopwatch.GetTimestamp();

        /// <summary>
        /// Gets the age. A clock that is set, or that differs from a server's, makes no table younger.
        /// </summary>
        public TimeSpan Age
        {
            get
            {
                TimeSpan sinceRead = Stopwatch.GetElapsedTime(_readAt), sinceWrite = DateTime.UtcNow - ModifiedAt;
                return sinceRead > sinceWrite ? sinceRead : sinceWrite;
            }
        }
    }
}
