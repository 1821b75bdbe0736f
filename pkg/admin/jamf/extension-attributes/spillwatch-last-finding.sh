#!/bin/sh
# Jamf Pro, extension attribute "Spillwatch Last Finding". Data type: Date. Input type: Script.
# When the last finding was, UTC; empty when there is none, or no agent.
agent="/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch"
result=""
if [ -f "$agent" ]; then
  result=$("$agent" findings list --limit 1 --json 2>/dev/null |
    /usr/bin/sed -n '1s/.*"time":"\([0-9-]\{10\}\)T\([0-9:]\{8\}\)\.[0-9]*Z",.*/\1 \2/p')
fi
echo "<result>$result</result>"
exit 0
