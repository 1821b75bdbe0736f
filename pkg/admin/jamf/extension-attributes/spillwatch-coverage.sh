#!/bin/sh
# Jamf Pro, extension attribute "Spillwatch Coverage". Data type: String. Input type: Script.
# complete, or how much the running agent has not seen: "2 gaps, 17 messages missing". not-installed, not-running.
agent="/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch"
result="not-installed"
if [ -f "$agent" ]; then
  result="not-running"
  # Quotes inside of a text are escaped in JSON, so no text can look like this key.
  numbers=$("$agent" status --json 2>/dev/null |
    /usr/bin/sed -n 's/.*"coverage":{"gaps":\([0-9]*\),"missingMessages":\([0-9]*\),.*/\1 gaps, \2 messages missing/p')
  case "$numbers" in
    "0 gaps, 0 messages missing") result="complete" ;;
    [0-9]*) result="$numbers" ;;
  esac
fi
echo "<result>$result</result>"
exit 0
