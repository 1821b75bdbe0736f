#!/bin/sh
# fill-in.sh PKG: prints the pkginfo for that package, from the template of its processor beside this script.
set -eu
pkg=${1:?usage: fill-in.sh spillwatch-VERSION-PROCESSOR.pkg}
name=$(/usr/bin/basename "$pkg" .pkg)
processor=${name##*-}
version=${name#spillwatch-}
version=${version%-"$processor"}
case "$name" in
  spillwatch-[0-9]*-arm64 | spillwatch-[0-9]*-x86_64) ;;
  *) version="" ;;
esac
case "$version" in
  "" | *[!0-9A-Za-z.+]*) version="" ;;
esac
if [ -z "$version" ]; then
  echo "$pkg: is not named spillwatch-VERSION-arm64.pkg or -x86_64.pkg" >&2
  exit 64
fi
# A repository may lie on Linux, too.
if [ -x /usr/bin/shasum ]; then
  sha256=$(/usr/bin/shasum -a 256 "$pkg")
else
  sha256=$(/usr/bin/sha256sum "$pkg")
fi
sha256=${sha256%% *}
bytes=$(/usr/bin/wc -c <"$pkg")
/usr/bin/sed -e "s/@VERSION@/$version/g" -e "s/@SHA256@/$sha256/" -e "s/@KILOBYTES@/$(((bytes + 1023) / 1024))/" \
  "$(/usr/bin/dirname "$0")/Spillwatch-$processor.plist"
