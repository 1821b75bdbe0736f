#!/bin/sh
# Jamf Pro, extension attribute "Spillwatch Status". Data type: String. Input type: Script.
# not-installed, not-running, no-full-disk-access, degraded, healthy; no-answer when the program says something else.
agent="/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch"
result="not-installed"
if [ -f "$agent" ]; then
  result=$("$agent" status --ea 2>/dev/null)
  case "$result" in
    healthy | degraded | no-full-disk-access | not-running) ;;
    *) result="no-answer" ;;
  esac
fi
echo "<result>$result</result>"
exit 0
