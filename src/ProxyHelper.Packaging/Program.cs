using System.Globalization;
using ProxyHelper.Packaging;

if (args is not [string folder, string output, string seconds])
{
    Console.Error.WriteLine("usage: ProxyHelper.Packaging FOLDER OUTPUT SECONDS. package.sh runs this program.");
    return 2;
}

long unixTime = long.Parse(seconds, NumberStyles.None, CultureInfo.InvariantCulture);
var time = DateTimeOffset.FromUnixTimeSeconds(unixTime);
GatheredModule module = GatheredModule.Read(folder);
string installed = Path.Combine("ProxyHelper", module.Manifest.Version);
string target = Path.Combine(output, installed);
string archive = Path.Combine(output, $"ProxyHelper.{module.Manifest.Version}");
module.WriteTo(target);
IEnumerable<PackageFile> files = module.Files.Select(file => file with { Name = $"{installed}/{file.Name}" });
Archive.Write($"{archive}.zip", time, files);
Archive.Write($"{archive}.nupkg", time, [.. GalleryPackage.PartsFor(module), .. module.Files]);
Console.WriteLine(target);
return 0;
