#!/bin/sh
# Fleet, script: the whole truth of the agent, Full Disk Access included, which osquery cannot see. Exit code 0 is healthy.
exec "/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch" status
