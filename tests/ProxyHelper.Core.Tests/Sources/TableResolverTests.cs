using System.Diagnostics;
using ProxyHelper.Sources;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Sources;

public sealed class TableResolverTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Table => Path.Combine(_folder.FullName, "table");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_connection_is_looked_up_in_the_file()
    {
        Replace(SourceSample.Line);
        using TableResolver resolver = Open();
        SourceSample.AssertFound(await AskAsync(resolver));
        Assert.Equal(1, resolver.Table.Count);
    }

    [Fact]
    public async Task A_file_that_replaces_the_table_is_read()
    {
        Replace(SourceSample.Line);
        using TableResolver resolver = Open();
        Replace(SourceSample.OtherUser);
        await UntilAsync(resolver, answer => answer.Mappings[0].Ends.OriginalSource.ToString() == "10.1.1.2:10943");
        Replace(string.Empty);
        await UntilAsync(resolver, answer => answer.Mappings.Count == 0);
        Replace($"{SourceSample.Line}\n{SourceSample.OtherUser}");
        await UntilAsync(resolver, answer => answer.Fault == ResolverFault.Ambiguous);
    }

    [Fact]
    public async Task Files_that_replace_each_other_all_the_time_are_read()
    {
        Replace(SourceSample.Line);
        using TableResolver resolver = Open();
        using var stopping = new CancellationTokenSource();
        Task writing = Task.Run(
            () =>
            {
                while (!stopping.IsCancellationRequested)
                {
                    Replace(SourceSample.OtherUser);
                }
            },
            Patience.Token());
        await UntilAsync(resolver, answer => answer.Mappings[0].Ends.OriginalSource.ToString() == "10.1.1.2:10943");
        await stopping.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task A_file_that_is_being_written_is_not_read_before_it_is_complete()
    {
        Replace(SourceSample.Line);
        using TableResolver resolver = Open();
        using (var writer = new StreamWriter(Table)) // empties the file
        {
            // For more than a second, the first line alone would be an answer, but the second one makes it ambiguous.
            long startedAt = Stopwatch.GetTimestamp();
            await writer.WriteAsync($"{SourceSample.OtherUser}\n");
            while (Stopwatch.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(2))
            {
                await writer.WriteAsync("# \n");
                await writer.FlushAsync(Patience.Token());
                SourceSample.AssertFound(await AskAsync(resolver)); // the table before
                await Task.Delay(20, Patience.Token());
            }

            await writer.WriteAsync($"{SourceSample.Line}\n");
        }

        await UntilAsync(resolver, answer => answer.Fault == ResolverFault.Ambiguous);
    }

    [Fact]
    public async Task A_table_that_is_too_old_gives_no_answer_and_says_so()
    {
        Replace(SourceSample.Line);
        using TableResolver resolver = Open(TimeSpan.FromHours(2));
        File.SetLastWriteTimeUtc(Table, DateTime.UtcNow.AddHours(-1));
        await UntilAsync(resolver, answer => answer.Mappings.Count == 1 && resolver.Age > TimeSpan.FromMinutes(59));
        File.SetLastWriteTimeUtc(Table, DateTime.UtcNow.AddHours(-3));
        await UntilAsync(resolver, answer => answer.Fault == ResolverFault.TooOld);
        SourceSample.AssertFault(
            ResolverFault.TooOld, "10800 s old, and its maximum age is 7200 s", await AskAsync(resolver));
    }

    [Fact]
    public async Task A_time_in_the_future_makes_a_table_no_younger()
    {
        Replace(SourceSample.Line);
        File.SetLastWriteTimeUtc(Table, DateTime.UtcNow.AddHours(3));
        using TableResolver resolver = Open(TimeSpan.FromSeconds(1));
        await UntilAsync(resolver, answer => answer.Fault == ResolverFault.TooOld);
    }

    [Fact]
    public async Task A_file_that_disappears_or_is_no_table_leaves_the_last_table_until_it_is_too_old()
    {
        Replace(SourceSample.Line);
        using TableResolver resolver = Open(TimeSpan.FromSeconds(3));
        Replace("This is no table.");
        SourceSample.AssertFound(await AskAsync(resolver));
        File.Delete(Table);
        await UntilAsync(resolver, answer => answer.Fault == ResolverFault.TooOld);
        SourceSample.AssertFault(ResolverFault.TooOld, Table, await AskAsync(resolver)); // why there is no newer one
        Replace(SourceSample.Line);
        await UntilAsync(resolver, answer => answer.Mappings.Count == 1);
    }

    [Fact]
    public async Task A_connection_that_is_not_found_may_be_in_a_faulty_line()
    {
        Replace($"{SourceSample.Line}\nbroken line\n");
        using TableResolver resolver = Open();
        SourceSample.AssertFound(await AskAsync(resolver));
        Replace($"# {SourceSample.Line}\n{SourceSample.Line.Replace("20119", "20120", StringComparison.Ordinal)}");
        await UntilAsync(resolver, answer => answer.Fault == ResolverFault.Failed);
        SourceSample.AssertFault(ResolverFault.Failed, "line 1", await AskAsync(resolver));
    }

    [Fact]
    public void A_file_that_cannot_be_a_table_is_refused_at_the_start()
    {
        Assert.ThrowsAny<IOException>(() => Open());
        Replace("This is no table.");
        Assert.Contains("line 1", Assert.Throws<IOException>(() => Open()).Message, StringComparison.Ordinal);
        AssertRefused("a folder", _folder.FullName);
        Tool.Run("mkfifo", $"{Table}.fifo");
        AssertRefused("a FIFO", $"{Table}.fifo");
        Replace(SourceSample.Line);
        Assert.Throws<ArgumentException>(() => Open(TimeSpan.FromMilliseconds(999)));
        Assert.Throws<ArgumentException>(() => Open(TimeSpan.FromDays(2)));
    }

    private static void AssertRefused(string words, string path) => Assert.Contains(
        words,
        Assert.Throws<IOException>(() => TableResolver.Open(path, TableResolver.DefaultMaxAge)).Message,
        StringComparison.Ordinal);

    private static Task<ResolverAnswer> AskAsync(TableResolver resolver) =>
        resolver.ResolveAsync(SourceSample.Query, Patience.Token());

    private static async Task UntilAsync(TableResolver resolver, Predicate<ResolverAnswer> condition)
    {
        CancellationToken patience = Patience.Token();
        while (!condition(await AskAsync(resolver)))
        {
            await Task.Delay(5, patience);
        }
    }

    private TableResolver Open(TimeSpan? maxAge = null) =>
        TableResolver.Open(Table, maxAge ?? TableResolver.DefaultMaxAge);

    private void Replace(string text)
    {
        File.WriteAllText($"{Table}.new", $"{text}\n");
        File.Move($"{Table}.new", Table, overwrite: true);
    }
}
