#!/bin/sh
# Jamf Pro, extension attribute "Spillwatch Version". Data type: String. Input type: Script.
# not-installed, or the version of the installed program; no-answer when it cannot be started.
agent="/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch"
result="not-installed"
if [ -f "$agent" ]; then
  result=$("$agent" --version 2>/dev/null)
  case "$result" in
    [0-9]*.[0-9]*) ;;
    *) result="no-answer" ;;
  esac
fi
echo "<result>$result</result>"
exit 0
