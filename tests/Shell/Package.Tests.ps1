# The package: its files, and what they say about it. tests/ProxyHelper.EndToEnd.Tests checks that a second build gives the same bytes.

Describe 'The package' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $built = Get-Item "$env:PROXYHELPER_PACKAGE/ProxyHelper/*"
        $installed = (Get-Module ProxyHelper).ModuleBase
        $manifest = Test-ModuleManifest "$built/ProxyHelper.psd1"
        $commands = (Get-Command -Module ProxyHelper).Name

        # Gives the files below a folder, each with its hash.
        function Get-FileTable([string] $Folder) {
            Get-ChildItem $Folder -Recurse -File -Force | ForEach-Object {
                "$([IO.Path]::GetRelativePath($Folder, $_.FullName)) $((Get-FileHash $_.FullName).Hash)"
            } | Sort-Object
        }

        Expand-Archive (Get-Item "$env:PROXYHELPER_PACKAGE/*.nupkg") "$TestDrive/gallery"
        $nuspec = ([xml](Get-Content "$TestDrive/gallery/ProxyHelper.nuspec" -Raw)).package.metadata
    }

    It 'has the files that are needed, and no others' {
        (Get-FileTable $built) -replace ' \w+$' | Where-Object { $_ -notlike 'en-US/*' } | Should -BeExactly (@(
                'bin/ProxyHelper.Core.dll', 'bin/ProxyHelper.Diagnosis.dll', 'bin/ProxyHelper.Format.ps1xml', 'bin/ProxyHelper.PowerShell.dll'
                'bin/ProxyHelper.Types.ps1xml', 'CHANGELOG.md', 'LICENSE', 'ProxyHelper.cdx.json', 'ProxyHelper.psd1', 'README.md'
            ) | Sort-Object)
    }

    It 'has a complete manifest' {
        foreach ($name in 'Author', 'CompanyName', 'Description', 'Copyright', 'ReleaseNotes', 'LicenseUri', 'ProjectUri') {
            "$($manifest.$name)" | Should -Not -BeNullOrEmpty -Because "$name is needed"
        }
        $manifest.Guid | Should -Not -Be ([guid]::Empty)
        $manifest.PowerShellVersion | Should -Be ([version]'7.6')
        $manifest.CompatiblePSEditions | Should -BeExactly Core
        $manifest.Tags | Should -Contain PSEdition_Core
        $manifest.ExportedCommands.Keys | Sort-Object | Should -BeExactly $commands
    }

    It 'has a manifest that lists exactly its files and has no wildcards' {
        $manifest.FileList | ForEach-Object { [IO.Path]::GetRelativePath($built, $_) } | Sort-Object |
            Should -BeExactly ((Get-FileTable $built) -replace ' \w+$' | Sort-Object)
        "$built/ProxyHelper.psd1" | Should -Not -FileContentMatch '\*'
    }

    It 'has assemblies with the version of the manifest' {
        foreach ($file in Get-Item "$built/bin/*.dll") {
            [Reflection.AssemblyName]::GetAssemblyName($file).Version | Should -Be ([version]"$($manifest.Version).0")
        }
    }

    It 'is the same in the .zip' {
        Get-FileTable $installed | Should -BeExactly (Get-FileTable $built)
    }

    It 'is the same in the .nupkg, which has three more files' {
        foreach ($file in '[Content_Types].xml', '_rels/.rels', 'ProxyHelper.nuspec') {
            "$TestDrive/gallery/$file".Replace('[', '`[').Replace(']', '`]') | Should -Exist
            Remove-Item -LiteralPath "$TestDrive/gallery/$file" -Force
        }
        Get-FileTable "$TestDrive/gallery" | Should -BeExactly (Get-FileTable $built)
    }

    It 'has a nuspec that says what the manifest says' {
        "$($nuspec.id) $($nuspec.version)" | Should -BeExactly "ProxyHelper $($manifest.Version)"
        $nuspec.authors | Should -BeExactly $manifest.Author
        $nuspec.description | Should -BeExactly $manifest.Description
        $nuspec.licenseUrl | Should -BeExactly "$($manifest.LicenseUri)"
        $nuspec.projectUrl | Should -BeExactly "$($manifest.ProjectUri)"
        $nuspec.releaseNotes | Should -BeExactly "$($manifest.ReleaseNotes)"
        $tags = -split $nuspec.tags
        $manifest.Tags + 'PSModule' + ($commands -replace '^', 'PSCommand_') | Where-Object { $_ -notin $tags } | Should -BeNullOrEmpty
    }

    It 'has a bill of materials that names only the module and its own assemblies' {
        $bill = Get-Content "$built/ProxyHelper.cdx.json" -Raw | ConvertFrom-Json
        "$($bill.metadata.component.name) $($bill.metadata.component.version)" | Should -BeExactly "ProxyHelper $($manifest.Version)"
        $bill.components.name | Sort-Object | Should -BeExactly 'ProxyHelper.Core', 'ProxyHelper.Diagnosis'
    }

    It 'has symbols inside <_> that name no folder of the machine that built it' -ForEach 'ProxyHelper.Core.dll', 'ProxyHelper.Diagnosis.dll', 'ProxyHelper.PowerShell.dll' {
        $sources = [ProxyHelper.TestSupport.EmbeddedSymbols]::Sources("$built/bin/$_")
        @($sources -like '/_/src/*').Count | Should -BeGreaterThan 0
        $sources | Where-Object { $_ -notlike '/_*' } | Should -BeNullOrEmpty
    }
}
