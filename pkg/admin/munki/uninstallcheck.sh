#!/bin/sh
# Munki, uninstallcheck_script: 0 means that there is something to remove, anything else that there is nothing. Without it Munki
# asks the install check, which calls an old or broken installation none.
[ -x "/Library/Application Support/Spillwatch/Spillwatch.app/Contents/Resources/uninstall" ]
