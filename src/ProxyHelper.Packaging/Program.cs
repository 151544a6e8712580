using System.Globalization;
using ProxyHelper.Packaging;

if (args is not [string gathered, string output, string seconds])
{
    Console.Error.WriteLine("usage: ProxyHelper.Packaging GATHERED OUTPUT SECONDS, as package.sh does");
    return 2;
}

DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, NumberStyles.None, CultureInfo.InvariantCulture));
GatheredModule module = GatheredModule.Read(gathered);
string installed = Path.Combine("ProxyHelper", module.Manifest.Version);
string folder = Path.Combine(output, installed);
string archive = Path.Combine(output, $"ProxyHelper.{module.Manifest.Version}");
module.WriteTo(folder);
Archive.Write($"{archive}.zip", time, module.Files.Select(file => file with { Name = $"{installed}/{file.Name}" }));
Archive.Write($"{archive}.nupkg", time, [.. GalleryPackage.PartsFor(module), .. module.Files]);
Console.WriteLine(folder);
return 0;
