#!/bin/sh
# Fleet, script of the policies "runs" and "job of launchd": mends the job, starts the agent, says how it is.
"/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch" service install
