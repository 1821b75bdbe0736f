#!/bin/sh
# Munki, uninstall_script: findings, configuration and logs stay. It forgets the receipt, too.
exec "/Library/Application Support/Spillwatch/Spillwatch.app/Contents/Resources/uninstall"
