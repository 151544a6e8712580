using ProxyHelper.EngineHost;

if (args is not [string script, .. string[] arguments])
{
    Console.Error.WriteLine("usage: ProxyHelper.EngineHost SCRIPT.ps1 [ARGUMENTS...]");
    return 2;
}

return ScriptRun.Execute(Path.GetFullPath(script), arguments);
