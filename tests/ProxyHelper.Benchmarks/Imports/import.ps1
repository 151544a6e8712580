# Imports the module whose manifest is given, and says so.
Import-Module $args[0] -ErrorAction Stop
'imported'
