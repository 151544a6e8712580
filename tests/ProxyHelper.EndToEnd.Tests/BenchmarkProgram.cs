namespace ProxyHelper.EndToEnd;

/// <summary>Starts the program of the benchmarks, which is built together with the tests.</summary>
internal static class BenchmarkProgram
{
    private static readonly string _path =
        Path.Combine(Repository.Root, "tests/ProxyHelper.Benchmarks/bin/Release/net10.0/ProxyHelper.Benchmarks");

    /// <summary>Starts the program in the network namespace of the calling thread.</summary>
    public static RunningProgram Start(params string[] arguments) => RunningProgram.Start(_path, arguments);
}
