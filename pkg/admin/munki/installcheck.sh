#!/bin/sh
# Munki, installcheck_script: 0 means that the package is to be installed, anything else that it is not. This is not the exit
# code of "spillwatch status", for which 0 means healthy.
wanted="@VERSION@"
agent="/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch"
[ -x "$agent" ] || exit 0
[ -f "/Library/LaunchDaemons/org.spillwatch.agent.plist" ] || exit 0
found=$("$agent" --version 2>/dev/null) || exit 0
# A newer version stays.
printf '%s\n%s\n' "$found" "$wanted" | /usr/bin/awk -F. '
  NR == 1 { for (i = 1; i <= 3; i++) have[i] = $i + 0 }
  NR == 2 { for (i = 1; i <= 3; i++) { if (have[i] < $i + 0) exit 0; if (have[i] > $i + 0) exit 1 } exit 1 }
'
