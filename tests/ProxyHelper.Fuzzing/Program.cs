using System.Security.Cryptography;
using ProxyHelper.Fuzzing;
using SharpFuzz;

const int nothingBroke = 0, somethingBroke = 1, wrongUse = 2;

try
{
    FuzzArguments line = FuzzArguments.Parse(args);
    return line switch
    {
        { Target: null } => List(),
        { IsDriven: true } => RunDriven(line.Target),
        { Time: { } time } => Mutate(line.Target, line.Paths, time, line.Seed ?? Random.Shared.Next()),
        _ => RunAll(line.Target, line.Paths),
    };
}
catch (FormatException wrong)
{
    Console.Error.WriteLine($"{wrong.Message}\n\n{FuzzArguments.Usage}");
    return wrongUse;
}

static int List()
{
    foreach (IFuzzTarget target in FuzzTargets.All)
    {
        Console.WriteLine(target.Name);
    }

    return nothingBroke;
}

static int RunDriven(IFuzzTarget target)
{
    if (Environment.GetEnvironmentVariable("__LIBFUZZER_SHM_ID") is null)
    {
        throw new FormatException("Use libfuzzer-dotnet --target_path=PROGRAM --target_arg=--libfuzzer=TARGET.");
    }

    Fuzzer.LibFuzzer.Run(target.Run);
    return nothingBroke;
}

static IEnumerable<string> Files(IFuzzTarget target, IReadOnlyList<string> paths) =>
    (paths.Count > 0 ? paths : [Path.Combine(Corpus.Folder, target.Name)]).SelectMany(Corpus.Files);

static int RunAll(IFuzzTarget target, IReadOnlyList<string> paths)
{
    int inputs = 0, broken = 0;
    foreach (string file in Files(target, paths))
    {
        inputs++;
        if (Trial.Run(target, Corpus.Read(file)) is { } failure)
        {
            broken++;
            Console.WriteLine($"{file}: {failure}");
        }
    }

    Console.WriteLine($"{target.Name}: {inputs} inputs, {broken} broke the target");
    return broken == 0 ? nothingBroke : somethingBroke;
}

static int Mutate(IFuzzTarget target, IReadOnlyList<string> paths, TimeSpan time, int seed)
{
    byte[][] inputs = [.. Files(target, paths).Select(Corpus.Read)];
    if (inputs.Length == 0)
    {
        throw new FormatException("There is no input to mutate.");
    }

    var search = new Search(target, new Mutator(inputs, seed));
    Console.WriteLine($"{target.Name}: seed {seed}");
    Exception? failure = search.Run(time);
    if (failure is null)
    {
        double rate = search.Inputs / time.TotalSeconds;
        Console.WriteLine($"{target.Name}: {search.Inputs:N0} inputs, {rate:N0} a second, none broke the target");
        return nothingBroke;
    }

    string file = $"crash-{Convert.ToHexStringLower(SHA256.HashData(search.Input))[..16]}";
    File.WriteAllBytes(file, search.Input);
    Console.WriteLine($"{file}, input {search.Inputs:N0}: {failure}");
    return somethingBroke;
}
