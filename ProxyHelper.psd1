# The manifest of the package also has FileList. Packaging adds it, because some files exist only then.
@{
    RootModule           = 'bin/ProxyHelper.PowerShell.dll'
    ModuleVersion        = '1.0.0'
    GUID                 = '5b0d3c2e-6f0a-4c55-9f0e-1d1c7a2b8e14'
    Author               = 'The ProxyHelper maintainers'
    CompanyName          = 'ProxyHelper'
    Copyright            = 'Copyright (c) 2026 The ProxyHelper maintainers. MIT licence.'
    Description          = 'Answers smtp-gated''s queries on the NAT router: looks up the original source and destination of a connection in the kernel''s conntrack table. Also lists, watches, measures and removes NAT mappings, and relays connections with their original ends to any transparent proxy on another machine.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    CmdletsToExport      = @(
        'Get-NatMapping', 'Measure-NatMapping', 'Remove-NatMapping', 'Watch-NatMapping'
        'Get-ProxyHelper', 'Start-ProxyHelper', 'Stop-ProxyHelper', 'Test-ProxyHelper', 'Test-ProxyHelperSetup'
        'Get-ProxyRelay', 'Start-ProxyRelay', 'Stop-ProxyRelay'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    RequiredAssemblies   = @('bin/ProxyHelper.Core.dll', 'bin/ProxyHelper.Diagnosis.dll', 'bin/ProxyHelper.PowerShell.dll')
    FormatsToProcess     = @('bin/ProxyHelper.Format.ps1xml')
    TypesToProcess       = @('bin/ProxyHelper.Types.ps1xml')
    PrivateData          = @{
        PSData = @{
            Tags         = @('Linux', 'PSEdition_Core', 'smtp-gated', 'conntrack', 'netfilter', 'NAT', 'SMTP', 'PROXY-protocol')
            LicenseUri   = 'https://github.com/proxyhelper/proxyhelper/blob/main/LICENSE'
            ProjectUri   = 'https://github.com/proxyhelper/proxyhelper'
            ReleaseNotes = 'https://github.com/proxyhelper/proxyhelper/blob/main/CHANGELOG.md'
        }
    }
}
