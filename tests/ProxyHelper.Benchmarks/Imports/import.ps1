# Imports the module of a manifest, and writes a line.
Import-Module $args[0] -ErrorAction Stop
'imported'
