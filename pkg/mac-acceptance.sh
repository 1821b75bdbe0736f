#!/bin/bash
# Checks on a test Mac what Linux cannot show: that macOS installs, starts, feeds, restarts and removes the agent.
#
#   sudo /bin/bash pkg/mac-acceptance.sh --package dist/spillwatch-0.1.0-arm64.pkg --profile spillwatch.mobileconfig --report acceptance.json
#
# It asks nothing and may be run again. What it installed it removes, data and configuration too, unless --keep is given; an
# agent that was there before stays, and then the checks that remove it are skipped. Each check prints one line; the last line
# is "N passed, N failed, N skipped". Exit 0 when none failed, 1 when one did, 2 when this is no Mac or not root, 64 on wrong usage.
#
# Two grants are needed beforehand, both as Full Disk Access: for the agent, by a profile of device management (macOS takes no
# such profile by hand) or in System Settings after a first run with --keep; and for the Terminal or the ssh daemon that this
# runs in, because a capture from the command line, and files in Downloads, count as the terminal's.
#
# A package that was made on Linux is unsigned, and Apple silicon starts nothing unsigned. For a test Mac, --ad-hoc signs what
# was installed with no identity, as by
#   codesign --force --sign - --entitlements ENTITLEMENTS PATH        each *.node, then the bundle
# without the hardened runtime, which would refuse native modules of no team. A grant then hangs on that very build, and what
# only a Developer ID has is skipped.
#
# For bash 3.2, as it comes with macOS. Programs are called by absolute path.
set -u
LC_ALL=C
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export LC_ALL PATH
unset CDPATH ENV BASH_ENV
umask 077

identifier=org.spillwatch.agent
home='/Library/Application Support/Spillwatch'
bundle="$home/Spillwatch.app"
executable="$bundle/Contents/MacOS/spillwatch"
remover="$bundle/Contents/Resources/uninstall"
state="$home/db"
config="$home/config.json"
managed="/Library/Managed Preferences/org.spillwatch.agent.plist"
logs=/Library/Logs/Spillwatch
agent_log="$logs/agent.log"
daemon=/Library/LaunchDaemons/org.spillwatch.agent.plist
rotation=/private/etc/newsyslog.d/org.spillwatch.agent.conf
link=/usr/local/bin/spillwatch

# Of the second job, which shows what an agent without Full Disk Access says.
blind_identifier=org.spillwatch.acceptance

# What the agent asks eslogger for; the first three are needed, `open` is for the short second run.
needed_events='exec fork exit'
wanted_events='close create rename link clone copyfile unlink truncate open'

# ThrottleInterval and a start; ExitTimeOut of the LaunchDaemon.
start_seconds=60
stop_seconds=20
# Of one core, and of memory, while nothing is going on.
most_percent=3
most_megabytes=250

checks() {
  /bin/cat <<'END'
package-signature|the package carries a signature of a Developer ID
package-gatekeeper|Gatekeeper would install it
package-expands|pkgutil unpacks it, and the executable is in it
package-bom|lsbom lists what the payload holds, with owners and checksums
install|installer takes it, leaves a receipt of its version, and no folder of the system as another
modes|owners and modes of what is installed, and nothing that others can write
signature|codesign takes the bundle and its native modules, all of one team
hardened-runtime|the executable has the hardened runtime
entitlements|its entitlements are the two for compiled code and no other
starts|the executable starts and says its version
closed-options|NODE_OPTIONS runs nothing in it
closed-script|it takes no script
closed-openssl|OPENSSL_CONF is not read
daemon-loaded|launchd has the job
daemon-root|the agent runs as root and under launchd
closed-debugger|SIGUSR1 opens no port and ends nothing
profile-sound|the profiles are property lists, and their code requirements fit what is installed
profile-installed|device management has installed the profiles
access|the agent has Full Disk Access, and eslogger under it
access-missing|without Full Disk Access status exits with 4
events|eslogger knows the events that the agent wants
stream|a capture holds messages, and no line of it is lost or unreadable
canary|a canary comes back through the agent
simulate-command|a simulated upload command is seen
simulate-pipe|a simulated pipe to an uploader is seen
simulate-sync-folder|a simulated copy into a sync folder is seen
simulate-backed-folder|a simulated export to a cloud-backed folder is seen
simulate-sync-client|a simulated export that a sync client opens is seen
second-opinion|node-mac-permissions agrees about Full Disk Access
folders|a file in the Downloads of the user is seen by the watcher
outputs|what netstat, ps, dscl, ioreg and xattr print is understood
managed-preferences|a managed value is in force and is shown as managed
rotation-accepted|newsyslog reads our file, also among its own
rotation-followed|after a rotation the agent writes to the new log
daemon-restarts|launchd starts it again after kill -9
daemon-stops|it stops in time and cleanly, and starts again
service-mends|spillwatch service install puts a job back that was removed
service-restarts|spillwatch service stop, start and restart do so, and say so
sleep|it goes on after the Mac has slept
idle|processor and memory while nothing is going on
upgrade|an upgrade in place keeps the state
downgrade|an older package is refused
crash-reports|macOS wrote no crash report
uninstall|the removal leaves data and configuration and nothing else
purge|the removal with --purge leaves nothing
END
}

usage() {
  /bin/cat <<'END'
usage: sudo /bin/bash mac-acceptance.sh --package PKG [options]
  --package PKG          the package to check; checks of what is installed can do without
  --profile FILE         a profile for device management; may be given more than once
  --report FILE          write the result as JSON; what the tools said goes to FILE.log
  --only NAME            only this check; may be given more than once
  --keep                 leave the agent installed
  --list                 print the checks and end
  --ad-hoc               sign what was installed with no identity, for a test Mac
  --older PKG            a package of an older version, for upgrade and downgrade
  --user NAME            an account with a home; the one who is logged in unless given
  --sync-folder DIR      a real cloud folder of that user, for three simulations
  --minutes N            how long to watch the idle agent, 5 unless given
  --managed-preferences  write managed preferences for a moment, on a Mac without device management
  --sleep                let the Mac sleep for a minute
END
}

# The verdict of a check: its last line.
pass() { printf 'pass %s\n' "$(one_line "$*")"; }
fail() { printf 'fail %s\n' "$(one_line "$*")"; }
skip() { printf 'skip %s\n' "$(one_line "$*")"; }

# One line of visible ASCII, of at most 500 characters.
one_line() {
  printf '%s' "$1" | /usr/bin/tr '\000-\037\177-\377' '[ *]' | /usr/bin/cut -c1-500
}

json_text() {
  printf '"%s"' "$(one_line "$1" | /usr/bin/sed -e 's/\\/\\\\/g' -e 's/"/\\"/g')"
}

spillwatch() { "$executable" "$@"; }

function_of() {
  printf 'check_%s' "$1" | /usr/bin/tr - _
}

passed_count=0
failed_count=0
skipped_count=0

# Runs a check in a shell of its own; one that ends without a verdict has failed.
run_check() {
  local name=$1 said verdict detail began=$SECONDS
  printf '\n== %s\n' "$name" >>"$log"
  said=$("$(function_of "$name")" 2>>"$log" </dev/null)
  said=$(printf '%s\n' "$said" | /usr/bin/tail -n 1)
  verdict=${said%% *}
  detail=$(one_line "${said#* }")
  case $verdict in
    pass) passed_count=$((passed_count + 1)) ;;
    fail) failed_count=$((failed_count + 1)) ;;
    skip) skipped_count=$((skipped_count + 1)) ;;
    *)
      failed_count=$((failed_count + 1))
      verdict=fail
      detail='ended without a verdict'
      ;;
  esac
  printf '%s %s: %s\n' "$verdict" "$name" "$detail"
  printf '{"name":%s,"result":"%s","detail":%s,"seconds":%s}\n' \
    "$(json_text "$name")" "$verdict" "$(json_text "$detail")" "$((SECONDS - began))" >>"$work/results"
}

totals() {
  printf '%s passed, %s failed, %s skipped\n' "$passed_count" "$failed_count" "$skipped_count"
}

# The report as JSON; the checks lie in $work/results, one a line.
report_text() {
  printf '{"format":1,"startedAt":%s,"endedAt":%s,\n' "$(json_text "$started_at")" "$(json_text "$(now)")"
  printf '"system":%s,\n"package":%s,\n' "$(system_text)" "$(package_text)"
  printf '"passed":%s,"failed":%s,"skipped":%s,\n"checks":[\n' "$passed_count" "$failed_count" "$skipped_count"
  /usr/bin/sed '$!s/$/,/' "$work/results"
  printf ']}\n'
}

now() { /bin/date -u +%Y-%m-%dT%H:%M:%SZ; }

system_text() {
  printf '{"macos":%s,"build":%s,"model":%s,"processor":%s,"cores":%s,"memoryBytes":%s}' \
    "$(json_text "$(/usr/bin/sw_vers -productVersion)")" "$(json_text "$(/usr/bin/sw_vers -buildVersion)")" \
    "$(json_text "$(fact hw.model)")" "$(json_text "$(fact machdep.cpu.brand_string)")" \
    "$(json_text "$(fact hw.ncpu)")" "$(json_text "$(fact hw.memsize)")"
}

fact() { /usr/sbin/sysctl -n "$1"; }

package_text() {
  if [ -z "$package" ]; then
    printf null
    return
  fi
  printf '{"file":%s,"sha256":%s,"version":%s}' "$(json_text "${package##*/}")" \
    "$(json_text "$(/usr/bin/shasum -a 256 "$package" | /usr/bin/cut -d ' ' -f 1)")" "$(json_text "$(package_version)")"
}

wrong() {
  printf 'mac-acceptance: %s\n' "$1" >&2
  usage >&2
  exit 64
}

# Why a file of the arguments cannot be used, or nothing.
file_fault() {
  case $1 in
    /*) [ -f "$1" ] || printf '%s: is not a file' "$1" ;;
    *) [ -f "./$1" ] || printf '%s: is not a file' "$1" ;;
  esac
}

absolute() {
  case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$PWD" "$1" ;;
  esac
}

is_check() {
  local name
  for name in $(names); do
    [ "$name" != "$1" ] || return 0
  done
  return 1
}

names() { checks | /usr/bin/cut -d '|' -f 1; }

read_arguments() {
  package='' older='' report='' user='' sync_folder='' minutes=5
  keep=no ad_hoc=no with_managed=no with_sleep=no
  only=()
  profiles=()
  while [ $# -gt 0 ]; do
    case $1 in
      --list)
        checks | /usr/bin/sed 's/|/: /'
        exit 0
        ;;
      --help)
        usage
        exit 0
        ;;
      --keep) keep=yes ;;
      --ad-hoc) ad_hoc=yes ;;
      --managed-preferences) with_managed=yes ;;
      --sleep) with_sleep=yes ;;
      --package | --profile | --report | --only | --older | --user | --sync-folder | --minutes)
        if [ -z "${2-}" ]; then wrong "$1: needs a value"; fi
        read_value "$1" "$2"
        shift
        ;;
      *) wrong "$(one_line "$1"): is no option" ;;
    esac
    shift
  done
}

read_value() {
  local fault
  case $1 in
    --package | --profile | --older)
      fault=$(file_fault "$2")
      [ -z "$fault" ] || wrong "$1 $(one_line "$fault")"
      ;;
    --only) is_check "$2" || wrong "--only $(one_line "$2"): is no check; --list prints them" ;;
    --user) [[ $2 =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] || wrong "--user $(one_line "$2"): is no name of an account" ;;
    --minutes) [[ $2 =~ ^[1-9][0-9]?$ ]] || wrong "--minutes $(one_line "$2"): allowed are 1 to 99" ;;
    --report) if [ -L "$2" ] || [ -d "$2" ]; then wrong "--report $(one_line "$2"): is a link or a folder; name a file"; fi ;;
  esac
  case $1 in
    --package) package=$(absolute "$2") ;;
    --older) older=$(absolute "$2") ;;
    --profile) profiles[${#profiles[@]}]=$(absolute "$2") ;;
    --report) report=$(absolute "$2") ;;
    --only) only[${#only[@]}]=$2 ;;
    --user) user=$2 ;;
    --sync-folder) sync_folder=$2 ;;
    --minutes) minutes=$2 ;;
  esac
}

main() {
  read_arguments "$@"
  if [ "$(/usr/bin/uname -s)" != Darwin ]; then
    printf 'mac-acceptance: this is no Mac; run it on a test Mac\n' >&2
    exit 2
  fi
  if [ "$(/usr/bin/id -u)" -ne 0 ]; then
    printf 'mac-acceptance: root is needed; run it with sudo\n' >&2
    exit 2
  fi
  [ -n "$user" ] || user=$(/usr/bin/stat -f %Su /dev/console)
  work=$(/usr/bin/mktemp -d /private/tmp/spillwatch-acceptance.XXXXXX) || exit 1
  log="$work/log"
  : >"$work/results"
  : >"$work/started"
  started_at=$(now)
  was_installed=no
  [ ! -e "$executable" ] || was_installed=yes
  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM
  local name
  for name in $(names); do
    if is_wanted "$name"; then run_check "$name"; fi
  done
  totals
  [ -z "$report" ] || write_report || exit 1
  [ "$failed_count" -eq 0 ] || exit 1
}

is_wanted() {
  local name
  [ ${#only[@]} -gt 0 ] || return 0
  for name in "${only[@]}"; do
    [ "$name" != "$1" ] || return 0
  done
  return 1
}

write_report() {
  # Whatever lies there is replaced and never followed.
  report_text >"$work/report" && /bin/rm -f "$report" "$report.log" &&
    /bin/cp -X "$work/report" "$report" && /bin/cp -X "$log" "$report.log" && return
  printf 'mac-acceptance: %s: cannot be written; check the folder\n' "$report" >&2
  return 1
}

clean_up() {
  /bin/launchctl bootout "system/$blind_identifier" 2>/dev/null
  [ ! -e "$work/made-managed" ] || /bin/rm -f "$managed"
  [ ! -e "$work/made-file" ] || as_user /bin/rm -f "$(/bin/cat "$work/made-file")"
  if [ "$keep" = no ] && [ -e "$work/installed-here" ] && [ -x "$remover" ]; then
    "$remover" --purge >>"$log" 2>&1 || printf 'mac-acceptance: the agent could not be removed; see %s\n' "$remover" >&2
  fi
  /bin/rm -rf "$work"
}

# Waits for a command to succeed, asking once a second.
within() {
  local left=$1
  shift
  while ! "$@"; do
    [ "$left" -gt 0 ] || return 1
    left=$((left - 1))
    /bin/sleep 1
  done
}

is_installed() { [ -x "$executable" ]; }
is_loaded() { /bin/launchctl print "system/$identifier" >/dev/null 2>&1; }
is_gone() { ! is_loaded; }
is_signed() { /usr/bin/codesign -d "$executable" >/dev/null 2>&1; }
is_ad_hoc() { /usr/bin/codesign -d --verbose=4 "$executable" 2>&1 | /usr/bin/grep -q '^Signature=adhoc'; }

# The facts of the running agent, in $work/status.json.
ask_status() {
  spillwatch status --json >"$work/status.json"
  [ $? -ne 3 ]
}

# Its process id, which is the fourth member of the document.
agent_pid() {
  ask_status || return 1
  /usr/bin/sed -n 's/^{"status":"[a-z-]*","product":"Spillwatch","version":"[^"]*","pid":\([0-9]*\),.*/\1/p' "$work/status.json"
}

is_answering() { [ -n "$(agent_pid)" ]; }
is_other_agent() {
  local pid
  pid=$(agent_pid)
  [ -n "$pid" ] && [ "$pid" != "$1" ]
}

# Lines that a source has delivered to the agent.
received() {
  ask_status
  /usr/bin/tr '{' '\n' <"$work/status.json" |
    /usr/bin/sed -n "s/^\"part\":\"$1\",\"state\".*\"received\":\([0-9]*\),.*/\1/p"
}

has_received_more() {
  local count
  count=$(received "$1")
  [ -n "$count" ] && [ "$count" -gt "$2" ]
}

start_daemon() {
  /bin/launchctl enable "system/$identifier"
  within 10 bootstrap
  within "$start_seconds" is_answering
}

# Right after bootout launchd may still be at it, and then refuses.
bootstrap() { is_loaded || /bin/launchctl bootstrap system "$daemon" >&2; }

# What the doctor says, one check a line, in $work/doctor.
ask_doctor() { spillwatch doctor "$@" --json >"$work/doctor"; }

# The first line of the doctor about a part that is no pass.
trouble_of() {
  /usr/bin/grep "^{\"name\":\"$1[\":]" "$work/doctor" | /usr/bin/grep -v '"result":"pass"' | /usr/bin/head -n 1
}

package_version() {
  local info
  info=$(component)/PackageInfo
  [ -f "$info" ] && /usr/bin/sed -n 's/.*<pkg-info[^>]* version="\([^"]*\)".*/\1/p' "$info" | /usr/bin/head -n 1
}

# The folder of the component in the unpacked package, which is unpacked when it is first asked for.
component() {
  [ -d "$work/expanded" ] || /usr/sbin/pkgutil --expand-full "$package" "$work/expanded" >&2
  local found
  for found in "$work"/expanded/*.pkg; do
    printf '%s' "$found"
    return
  done
}

installed_version() { /usr/sbin/pkgutil --pkg-info "$identifier" | /usr/bin/sed -n 's/^version: //p'; }

install_package() {
  [ "$was_installed" = yes ] || : >"$work/installed-here"
  /usr/sbin/installer -verboseR -pkg "$1" -target / >&2 || return 1
  [ "$ad_hoc" = no ] || sign_ad_hoc "$bundle"
}

# Native modules first. No hardened runtime: it would refuse modules without a team.
sign_ad_hoc() {
  local module
  entitlements_text >"$work/entitlements.plist"
  for module in "$1"/Contents/MacOS/*.node; do
    /usr/bin/codesign --force --sign - "$module" >&2 || return 1
  done
  /usr/bin/codesign --force --sign - --entitlements "$work/entitlements.plist" "$1" >&2 || return 1
  [ "$1" != "$bundle" ] || /bin/launchctl kickstart -k "system/$identifier" >&2 || start_daemon
}

entitlements_text() {
  /bin/cat <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>com.apple.security.cs.allow-jit</key>
  <true/>
  <key>com.apple.security.cs.allow-unsigned-executable-memory</key>
  <true/>
</dict>
</plist>
END
}

user_home() { /usr/bin/dscl . -read "/Users/$user" NFSHomeDirectory | /usr/bin/sed -n 's/^NFSHomeDirectory: //p'; }

has_user() { [ "$user" != root ] && /usr/bin/id "$user" >/dev/null 2>&1 && [ -d "$(user_home)/Downloads" ]; }

as_user() { /usr/bin/sudo -n -H -u "$user" "$@"; }

no_package='no package was named (--package)'
not_installed='the agent is not installed; run the check install'
not_running="no agent answers; look into $agent_log and $logs/launchd.err.log"
no_user='nobody is logged in; name an account with a home by --user'
not_removed='the agent was there before, so it is not removed'

check_package_signature() {
  [ -n "$package" ] || { skip "$no_package"; return; }
  local said
  said=$(/usr/sbin/pkgutil --check-signature "$package")
  printf '%s\n' "$said" >&2
  case $said in
    *'no signature'*) skip 'unsigned: for test Macs only, device management does not take it' ;;
    *'signed by a developer certificate issued by Apple for distribution'*) pass "$(printf '%s\n' "$said" | /usr/bin/grep -m 1 'Developer ID Installer')" ;;
    *) fail "$said" ;;
  esac
}

check_package_gatekeeper() {
  [ -n "$package" ] || { skip "$no_package"; return; }
  if /usr/sbin/pkgutil --check-signature "$package" | /usr/bin/grep -q 'no signature'; then
    skip 'unsigned'
    return
  fi
  local said
  if said=$(/usr/sbin/spctl --assess --verbose=2 --type install "$package" 2>&1); then pass "$said"; else fail "$said"; fi
}

check_package_expands() {
  [ -n "$package" ] || { skip "$no_package"; return; }
  if [ -f "$(component)/Payload$executable" ]; then pass "version $(package_version)"; else fail 'pkgutil --expand-full does not give the executable'; fi
}

check_package_bom() {
  [ -n "$package" ] || { skip "$no_package"; return; }
  local folder owners name sum
  folder=$(component)
  /usr/bin/lsbom -s "$folder/Bom" >"$work/bom-listed" || { fail 'lsbom cannot read it'; return; }
  /usr/bin/sort "$work/bom-listed" >"$work/bom-names"
  (cd "$folder/Payload" && /usr/bin/find .) | /usr/bin/sort >"$work/payload-names"
  if ! /usr/bin/cmp "$work/bom-names" "$work/payload-names" >&2; then
    fail "differs: $(/usr/bin/diff "$work/bom-names" "$work/payload-names" | /usr/bin/head -n 4)"
    return
  fi
  owners=$(/usr/bin/lsbom -p ug "$folder/Bom" | /usr/bin/sort -u | /usr/bin/tr -s ' \t' ' ')
  [ "$owners" = '0 0' ] || { fail "owners are not root and wheel alone: $owners"; return; }
  /usr/bin/lsbom -f -p cf "$folder/Bom" >"$work/bom-sums"
  while read -r sum name; do
    if [ "$(/usr/bin/cksum <"$folder/Payload/$name" | /usr/bin/cut -d ' ' -f 1)" != "$sum" ]; then
      fail "$name: has another checksum"
      return
    fi
  done <"$work/bom-sums"
  pass "$(/usr/bin/wc -l <"$work/bom-names" | /usr/bin/tr -d ' ') entries, $(/usr/bin/wc -l <"$work/bom-sums" | /usr/bin/tr -d ' ') checksums"
}

check_install() {
  [ -n "$package" ] || { skip "$no_package"; return; }
  local version before after
  before=$(folders_of_the_system)
  install_package "$package" || { fail "installer refuses it: $(/usr/bin/tail -n 1 "$log")"; return; }
  after=$(folders_of_the_system)
  [ "$before" = "$after" ] || { fail "folders of the system changed owner or mode, before: $before after: $after"; return; }
  version=$(installed_version)
  if [ "$version" = "$(package_version)" ]; then pass "receipt of version $version"; else fail "the receipt says ${version:-nothing}, the package $(package_version)"; fi
}

# Owners and modes of the folders that the package lists on the way to its own.
folders_of_the_system() {
  /usr/bin/stat -f '%N %Sp %Su %Sg;' / /Library '/Library/Application Support' /Library/LaunchDaemons /Library/Logs /private /private/etc /private/etc/newsyslog.d
}

check_modes() {
  is_installed || { skip "$not_installed"; return; }
  within "$start_seconds" is_answering
  local wrong_modes open_paths
  wrong_modes=$(
    mode_fault "$home" 'drwxr-xr-x root wheel'
    mode_fault "$bundle" 'drwxr-xr-x root wheel'
    mode_fault "$executable" '-rwx------ root wheel'
    mode_fault "$remover" '-rwxr-xr-x root wheel'
    mode_fault "$daemon" '-rw-r--r-- root wheel'
    mode_fault "$rotation" '-rw-r--r-- root wheel'
    mode_fault "$state" 'drwx------ root wheel'
    mode_fault "$logs" 'drwxr-x--- root wheel'
  )
  [ -z "$wrong_modes" ] || { fail "$wrong_modes"; return; }
  open_paths=$(/usr/bin/find "$home" "$logs" ! -type l \( -perm -0020 -o -perm -0002 \) -print | /usr/bin/head -n 3)
  [ -z "$open_paths" ] || { fail "others can write: $open_paths"; return; }
  open_paths=$(/usr/bin/find "$state" \( -perm -0040 -o -perm -0004 -o ! -user root \) -print | /usr/bin/head -n 3)
  [ -z "$open_paths" ] || { fail "others can read: $open_paths"; return; }
  if [ "$(/usr/bin/readlink "$link")" = "$executable" ]; then pass 'as they should be'; else fail "$link does not lead to the executable"; fi
}

mode_fault() {
  local found
  found=$(/usr/bin/stat -f '%Sp %Su %Sg' "$1")
  [ "$found" = "$2" ] || printf '%s: is %s and should be %s; ' "$1" "${found:-missing}" "$2"
}

check_signature() {
  is_installed || { skip "$not_installed"; return; }
  local said module team other
  if ! is_signed; then
    skip 'unsigned; --ad-hoc signs it for a test Mac'
    return
  fi
  said=$(/usr/bin/codesign --verify --strict --verbose=2 "$bundle" 2>&1) || { fail "$said"; return; }
  team=$(team_of "$bundle")
  for module in "$bundle"/Contents/MacOS/*.node; do
    said=$(/usr/bin/codesign --verify --strict "$module" 2>&1) || { fail "$said"; return; }
    other=$(team_of "$module")
    [ "$other" = "$team" ] || { fail "${module##*/}: is of team $other, the bundle of $team"; return; }
  done
  if is_ad_hoc; then pass 'ad hoc, for this test Mac only'; else pass "team $team"; fi
}

team_of() { /usr/bin/codesign -d --verbose=4 "$1" 2>&1 | /usr/bin/sed -n 's/^TeamIdentifier=//p'; }

check_hardened_runtime() {
  is_installed || { skip "$not_installed"; return; }
  if ! is_signed || is_ad_hoc; then
    skip 'only a Developer ID has it'
    return
  fi
  local flags
  flags=$(/usr/bin/codesign -d --verbose=4 "$executable" 2>&1 | /usr/bin/grep -m 1 '^CodeDirectory')
  case $flags in
    *'(runtime)'* | *'(runtime,'* | *',runtime'*) pass "$flags" ;;
    *) fail "$flags" ;;
  esac
}

check_entitlements() {
  is_installed || { skip "$not_installed"; return; }
  is_signed || { skip 'unsigned'; return; }
  local found wanted
  wanted=$(entitlements_text | keys_of)
  found=$(/usr/bin/codesign -d --entitlements - --xml "$executable" 2>/dev/null | /usr/bin/plutil -convert xml1 -o - - | keys_of)
  if [ "$found" = "$wanted" ]; then pass "$found"; else fail "has ${found:-none}, should have $wanted"; fi
}

keys_of() { /usr/bin/sed -n 's/.*<key>\([^<]*\)<\/key>.*/\1/p' | /usr/bin/sort | /usr/bin/tr '\n' ' '; }

check_starts() {
  is_installed || { skip "$not_installed"; return; }
  local version code
  version=$(spillwatch --version)
  code=$?
  if [ "$code" -eq 0 ] && [ "$version" = "$(installed_version)" ]; then pass "version $version"; else fail "exit $code, said '$version', the receipt says '$(installed_version)'"; fi
}

# A script that leaves a mark when anything runs it.
evil_script() {
  printf "require('node:fs').writeFileSync('%s', 'x');\n" "$work/evil-ran" >"$work/evil.js"
  /bin/rm -f "$work/evil-ran"
}

check_closed_options() {
  is_installed || { skip "$not_installed"; return; }
  evil_script
  local version
  version=$(NODE_OPTIONS="--require $work/evil.js" spillwatch --version)
  if [ ! -e "$work/evil-ran" ] && [ "$version" = "$(installed_version)" ]; then pass 'nothing ran'; else fail "the script ran, or it did not start: $version"; fi
}

check_closed_script() {
  is_installed || { skip "$not_installed"; return; }
  evil_script
  local code said
  said=$(spillwatch "$work/evil.js" 2>&1)
  code=$?
  if [ ! -e "$work/evil-ran" ] && [ "$code" -eq 64 ]; then pass "exit 64: $said"; else fail "exit $code: $said"; fi
}

check_closed_openssl() {
  is_installed || { skip "$not_installed"; return; }
  # A program that reads it finds no provider of random numbers, and gives up.
  printf 'nodejs_conf = init\n[init]\nproviders = list\n[list]\nevil = part\n[part]\nmodule = %s/evil.dylib\nactivate = 1\n' "$work" >"$work/openssl.cnf"
  if OPENSSL_CONF="$work/openssl.cnf" spillwatch demo >/dev/null; then pass 'it has random numbers all the same'; else fail 'the demo fails with it'; fi
}

check_daemon_loaded() {
  is_installed || { skip "$not_installed"; return; }
  is_loaded || { fail "launchctl print system/$identifier fails"; return; }
  if /bin/launchctl print "system/$identifier.absent" >/dev/null 2>&1; then fail 'launchctl print takes a job that is not there'; else pass 'print exits with 0, and not for another name'; fi
}

check_daemon_root() {
  is_installed || { skip "$not_installed"; return; }
  within "$start_seconds" is_answering || { fail "$not_running"; return; }
  local said
  said=$(/bin/ps -o user=,ppid= -p "$(agent_pid)" | /usr/bin/tr -s ' ' ' ' | /usr/bin/sed 's/ $//')
  if [ "$said" = 'root 1' ]; then pass 'root, child of launchd'; else fail "user and parent: $said"; fi
}

check_closed_debugger() {
  is_installed || { skip "$not_installed"; return; }
  local pid ports
  pid=$(agent_pid)
  [ -n "$pid" ] || { fail "$not_running"; return; }
  kill -USR1 "$pid"
  /bin/sleep 3
  ports=$(/usr/sbin/lsof -nP -a -p "$pid" -iTCP -sTCP:LISTEN)
  [ -z "$ports" ] || { fail "listens: $ports"; return; }
  if [ "$(agent_pid)" = "$pid" ]; then pass 'no port, the same process'; else fail 'the agent ended'; fi
}

check_profile_sound() {
  [ ${#profiles[@]} -gt 0 ] || { skip 'no profile was named (--profile)'; return; }
  is_installed || { skip "$not_installed"; return; }
  local profile said requirement place fitting=0
  for profile in "${profiles[@]}"; do
    said=$(/usr/bin/plutil -lint "$profile") || { fail "$said"; return; }
    /usr/bin/plutil -convert xml1 -o - "$profile" >"$work/profile.xml"
    requirements_in "$work/profile.xml" >"$work/requirements"
    while IFS= read -r requirement; do
      case $requirement in
        *"\"$identifier\""*) place=$bundle ;;
        *'"com.apple.eslogger"'*) place=/usr/bin/eslogger ;;
        *) fail "${profile##*/}: a code requirement of nobody: $requirement"; return ;;
      esac
      if [ "$place" = "$bundle" ] && { ! is_signed || is_ad_hoc; }; then
        skip 'the requirement asks for a Developer ID, which this build does not have'
        return
      fi
      said=$(/usr/bin/codesign --verify -R="$requirement" "$place" 2>&1) || { fail "$place: $said"; return; }
      fitting=$((fitting + 1))
    done <"$work/requirements"
  done
  pass "$fitting code requirements fit"
}

# One a line, without what XML hides.
requirements_in() {
  /usr/bin/grep -A 1 '<key>CodeRequirement</key>' "$1" |
    /usr/bin/sed -n -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&quot;/"/g' -e 's/&amp;/\&/g' -e 's/^[[:space:]]*<string>\(.*\)<\/string>$/\1/p'
}

check_profile_installed() {
  [ ${#profiles[@]} -gt 0 ] || { skip 'no profile was named (--profile)'; return; }
  local profile name
  /usr/bin/profiles show -output stdout-xml >"$work/installed-profiles"
  for profile in "${profiles[@]}"; do
    name=$(/usr/bin/plutil -extract PayloadIdentifier raw -o - "$profile")
    if ! /usr/bin/grep -q -F "<string>$name</string>" "$work/installed-profiles"; then
      skip "$name is not installed; only device management can do that"
      return
    fi
  done
  pass 'all of them'
}

check_access() {
  is_installed || { skip "$not_installed"; return; }
  within "$start_seconds" is_answering || { fail "$not_running"; return; }
  # The stream needs a moment until it speaks, or is refused.
  within 20 has_received_more endpoint-security 0
  spillwatch status >&2
  case $? in
    0) pass 'healthy' ;;
    1)
      ask_doctor
      if [ -z "$(trouble_of endpoint-security)" ]; then pass 'degraded, but not for want of access'; else fail "$(trouble_of endpoint-security)"; fi
      ;;
    4) fail 'not permitted: install the profile by device management, or grant it in System Settings' ;;
    *) fail "$not_running" ;;
  esac
}

# A copy under another name has no grant, and as a job of its own nobody to borrow one from.
check_access_missing() {
  is_installed || { skip "$not_installed"; return; }
  local copy="$work/Blind.app" code=3
  blind_copy "$copy" || { fail 'the copy cannot be made'; return; }
  printf '{}\n' >"$work/blind.json"
  blind_job "$copy/Contents/MacOS/spillwatch" >"$work/blind.plist"
  /bin/chmod 644 "$work/blind.plist"
  /bin/launchctl bootstrap system "$work/blind.plist" >&2 || { fail 'launchd does not take the second job'; return; }
  within "$start_seconds" is_blind "$copy/Contents/MacOS/spillwatch"
  "$copy/Contents/MacOS/spillwatch" status --state "$work/blind-db" >&2
  code=$?
  /bin/launchctl bootout "system/$blind_identifier" >&2
  if [ "$code" -eq 4 ]; then pass 'exit 4'; else fail "exit $code"; fi
}

blind_copy() {
  /usr/bin/ditto "$bundle" "$1" &&
    /usr/bin/plutil -replace CFBundleIdentifier -string "$blind_identifier" "$1/Contents/Info.plist" &&
    sign_ad_hoc "$1"
}

is_blind() {
  "$1" status --state "$work/blind-db" --ea >&2
  [ $? -eq 4 ]
}

blind_job() {
  /bin/cat <<END
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>$blind_identifier</string>
  <key>ProgramArguments</key>
  <array>
    <string>$1</string>
    <string>run</string>
    <string>--state</string>
    <string>$work/blind-db</string>
    <string>--config</string>
    <string>$work/blind.json</string>
  </array>
  <key>RunAtLoad</key>
  <true/>
</dict>
</plist>
END
}

check_events() {
  local name missing='' known
  known=$(/usr/bin/eslogger --list-events) || { fail 'eslogger does not list its events'; return; }
  for name in $needed_events; do
    printf '%s\n' "$known" | /usr/bin/grep -q -w "$name" || { fail "eslogger does not know $name, which is needed"; return; }
  done
  for name in $wanted_events; do
    printf '%s\n' "$known" | /usr/bin/grep -q -w "$name" || missing="$missing $name"
  done
  if [ -z "$missing" ]; then pass 'all of them'; else pass "without$missing, which this macOS does not have"; fi
}

check_stream() {
  is_installed || { skip "$not_installed"; return; }
  local capture="$work/capture.ndjson" versions counts
  /bin/rm -f "$capture"
  spillwatch capture "$capture" --seconds 30 2>"$work/capture-said"
  /bin/cat "$work/capture-said" >&2
  versions=$(/usr/bin/grep -o '"schema_version":[0-9]*' "$capture" | /usr/bin/sort | /usr/bin/uniq -c | /usr/bin/tr -s ' \n' ' ')
  if [ -z "$versions" ]; then
    fail "no message: $(/usr/bin/grep -m 1 '^endpoint-security: ' "$work/capture-said")"
    return
  fi
  /usr/bin/tail -n 1 "$capture" | /usr/bin/grep -q '"complete":true' || { fail "lines are lost: $(/usr/bin/tail -n 1 "$work/capture-said")"; return; }
  counts=$(spillwatch replay "$capture" 2>&1 >/dev/null | /usr/bin/tail -n 1)
  case $counts in
    *' dropped=0 '*) pass "$versions, $counts" ;;
    *) fail "unreadable: $counts" ;;
  esac
}

check_canary() {
  is_installed || { skip "$not_installed"; return; }
  is_answering || { fail "$not_running"; return; }
  ask_doctor --canary
  if /usr/bin/grep -q '^{"name":"canary","result":"pass"' "$work/doctor"; then pass "$(/usr/bin/grep '^{"name":"canary"' "$work/doctor")"; else fail "$(trouble_of canary)"; fi
}

simulated() {
  is_installed || { skip "$not_installed"; return; }
  has_user || { skip "$no_user"; return; }
  is_answering || { fail "$not_running"; return; }
  local evidence=$1 said code
  shift
  # As behind sudo: the simulation acts in the name of this user.
  said=$(
    SUDO_UID=$(/usr/bin/id -u "$user") SUDO_GID=$(/usr/bin/id -g "$user") SUDO_USER=$user
    export SUDO_UID SUDO_GID SUDO_USER
    spillwatch simulate an0678 --evidence "$evidence" --home "$(user_home)" --json "$@" 2>&1
  )
  code=$?
  printf '%s\n' "$said" >&2
  case $code in
    0) pass "all seen, in seconds: $(printf '%s\n' "$said" | /usr/bin/grep -o '"latencySeconds":[0-9.]*' | /usr/bin/cut -d : -f 2 | /usr/bin/tr '\n' ' ')" ;;
    64) skip "$said" ;;
    *) fail "exit $code: $(printf '%s\n' "$said" | /usr/bin/grep -o '"likelyWrong":.*' || printf '%s' "$said")" ;;
  esac
}

simulated_in_folder() {
  [ -n "$sync_folder" ] || { skip 'needs a real cloud folder (--sync-folder)'; return; }
  simulated "$1" --sync-folder "$sync_folder"
}

check_simulate_command() { simulated named-in-upload-command; }
check_simulate_pipe() { simulated piped-to-uploader; }
check_simulate_sync_folder() { simulated_in_folder landed-in-sync-folder; }
check_simulate_backed_folder() { simulated_in_folder cloud-backed-folder; }
check_simulate_sync_client() { simulated_in_folder opened-by-sync-client; }

check_second_opinion() {
  is_installed || { skip "$not_installed"; return; }
  [ -f "$bundle/Contents/MacOS/permissions.node" ] || { skip 'this build has no node-mac-permissions'; return; }
  ask_doctor
  local said
  said=$(/usr/bin/grep '^{"name":"full disk access"' "$work/doctor")
  case $said in
    *'node-mac-permissions says'*) fail "$said" ;;
    *'"result":"pass"'*) pass "$said" ;;
    *) skip "the terminal has no Full Disk Access: $said" ;;
  esac
}

check_folders() {
  is_installed || { skip "$not_installed"; return; }
  has_user || { skip "$no_user"; return; }
  local before file
  before=$(received files)
  [ -n "$before" ] || { fail "$not_running"; return; }
  file="$(user_home)/Downloads/spillwatch-acceptance-$$.csv"
  printf '%s' "$file" >"$work/made-file"
  as_user /bin/cp "$rotation" "$file" >&2 || { skip "$user cannot write to Downloads from here; give the terminal Full Disk Access"; return; }
  if within 30 has_received_more files "$before"; then pass "seen in the Downloads of $user"; else fail "not seen in the Downloads of $user"; fi
  as_user /bin/rm -f "$file"
  /bin/rm -f "$work/made-file"
}

check_outputs() {
  is_installed || { skip "$not_installed"; return; }
  is_answering || { fail "$not_running"; return; }
  ask_doctor
  local part found
  for part in host network processes processes-fallback files; do
    found=$(trouble_of "$part")
    [ -z "$found" ] || { fail "$found"; return; }
  done
  for part in host network; do
    has_received_more "$part" 0 || { fail "no record of $part"; return; }
  done
  pass 'no trouble of host, network, processes and files'
}

check_managed_preferences() {
  [ "$with_managed" = yes ] || { skip 'only with --managed-preferences'; return; }
  is_installed || { skip "$not_installed"; return; }
  [ ! -e "$managed" ] || { skip 'this Mac is managed already'; return; }
  local said
  : >"$work/made-managed"
  write_managed || { fail "$managed: cannot be written"; return; }
  said=$(spillwatch config show --json | /usr/bin/tr '{' '\n' | /usr/bin/grep '^"key":"heartbeat.minutes"')
  /bin/rm -f "$managed" "$work/made-managed"
  case $said in
    *'"value":7,'*'"origin":"managed"'*) pass 'heartbeat.minutes is 7, managed' ;;
    *) fail "$said" ;;
  esac
}

# Binary, as device management writes it.
write_managed() {
  [ -d "${managed%/*}" ] || /bin/mkdir -m 755 "${managed%/*}"
  managed_text | /usr/bin/plutil -convert binary1 -o "$work/managed.plist" - &&
    /bin/chmod 644 "$work/managed.plist" && /bin/cp -X -p "$work/managed.plist" "$managed"
}

managed_text() {
  /bin/cat <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>heartbeat</key>
  <dict>
    <key>minutes</key>
    <integer>7</integer>
  </dict>
</dict>
</plist>
END
}

check_rotation_accepted() {
  is_installed || { skip "$not_installed"; return; }
  local said
  said=$(/usr/sbin/newsyslog -n -v -f "$rotation" 2>&1) || { fail "$said"; return; }
  case $said in
    *"$agent_log"*) ;;
    *) fail "says nothing of $agent_log: $said"; return ;;
  esac
  if /usr/sbin/newsyslog -n -v 2>&1 | /usr/bin/grep -q -F "$agent_log"; then pass 'read by itself, too'; else fail 'newsyslog does not read the file by itself'; fi
}

check_rotation_followed() {
  is_installed || { skip "$not_installed"; return; }
  local pid before
  pid=$(agent_pid)
  [ -n "$pid" ] || { fail "$not_running"; return; }
  before=$(/usr/bin/stat -f %i "$agent_log") || { fail "$agent_log is not there"; return; }
  /usr/sbin/newsyslog -F -f "$rotation" >&2 || { fail 'newsyslog -F fails'; return; }
  if within 30 writes_to_other_log "$pid" "$before"; then pass 'a new file, and the agent has it open'; else fail 'the agent does not have the new file open'; fi
}

# Whether the log at its path is another file than before, and the agent has that one open.
writes_to_other_log() {
  local inode
  inode=$(/usr/bin/stat -f %i "$agent_log") && [ "$inode" != "$2" ] &&
    /usr/sbin/lsof -nP -a -p "$1" -F in | /usr/bin/grep -q -x "i$inode"
}

check_daemon_restarts() {
  is_installed || { skip "$not_installed"; return; }
  local pid began=$SECONDS
  pid=$(agent_pid)
  [ -n "$pid" ] || { fail "$not_running"; return; }
  kill -KILL "$pid"
  if within "$start_seconds" is_other_agent "$pid"; then pass "after $((SECONDS - began)) s"; else fail "not within $start_seconds s"; fi
}

check_daemon_stops() {
  is_installed || { skip "$not_installed"; return; }
  local pid began=$SECONDS took
  pid=$(agent_pid)
  [ -n "$pid" ] || { fail "$not_running"; return; }
  /bin/launchctl bootout "system/$identifier" >&2
  within "$stop_seconds" is_gone
  took=$((SECONDS - began))
  if is_loaded || kill -0 "$pid" 2>/dev/null; then
    fail "still there after $took s"
  elif [ -e "$state/running" ]; then
    fail 'the mark of a running agent is left: it was killed'
  else
    pass "after $took s"
  fi
  start_daemon || fail 'it does not start again'
}

check_service_mends() {
  is_installed || { skip "$not_installed"; return; }
  is_answering || { fail "$not_running"; return; }
  /bin/cp -X -p "$daemon" "$work/job.plist" && /bin/launchctl bootout "system/$identifier" >&2
  within "$stop_seconds" is_gone || { fail 'the job cannot be taken away beforehand'; return; }
  /bin/rm -f "$daemon"
  spillwatch service install >&2 || { fail "exit $?"; return; }
  if ! /usr/bin/cmp "$daemon" "$work/job.plist" >&2; then
    fail "$daemon is not what the package installed"
  elif is_loaded && within "$start_seconds" is_answering; then
    pass 'written as the package has it, loaded, and an agent answers'
  else
    fail "$not_running"
  fi
}

check_service_restarts() {
  is_installed || { skip "$not_installed"; return; }
  local pid
  pid=$(agent_pid)
  [ -n "$pid" ] || { fail "$not_running"; return; }
  spillwatch service stop >&2 || { fail "stop: exit $?"; return; }
  is_gone || { fail 'stop: launchd still has the job'; return; }
  spillwatch service status >&2
  [ $? -eq 3 ] || { fail 'status: not 3 although it is stopped'; return; }
  spillwatch service start >&2 || { fail "start: exit $?"; return; }
  within "$start_seconds" is_other_agent "$pid" || { fail "start: $not_running"; return; }
  pid=$(agent_pid)
  spillwatch service restart >&2 || { fail "restart: exit $?"; return; }
  if within "$start_seconds" is_other_agent "$pid"; then pass 'stopped, started and restarted'; else fail 'restart: the same agent runs'; fi
}

check_sleep() {
  [ "$with_sleep" = yes ] || { skip 'only with --sleep'; return; }
  is_installed || { skip "$not_installed"; return; }
  local pid
  pid=$(agent_pid)
  [ -n "$pid" ] || { fail "$not_running"; return; }
  /usr/bin/pmset relative wake 60 >&2 || { fail 'pmset sets no time to wake, so the Mac is not sent to sleep'; return; }
  /usr/bin/pmset sleepnow >&2 || { fail 'pmset refuses'; return; }
  /bin/sleep 90
  [ "$(agent_pid)" = "$pid" ] || { fail 'another process, or none'; return; }
  ask_doctor --canary
  if /usr/bin/grep -q '^{"name":"canary","result":"pass"' "$work/doctor"; then pass 'the same process, and a canary comes back'; else fail "$(trouble_of canary)"; fi
}

check_idle() {
  is_installed || { skip "$not_installed"; return; }
  local pid before after percent megabytes footprint
  pid=$(agent_pid)
  [ -n "$pid" ] || { fail "$not_running"; return; }
  before=$(processor_hundredths "$pid")
  /bin/sleep "$((minutes * 60))"
  after=$(processor_hundredths "$pid")
  [ -n "$after" ] || { fail 'the agent ended meanwhile'; return; }
  # Hundredths of a second a second, rounded up.
  percent=$(((after - before + minutes * 60 - 1) / (minutes * 60)))
  megabytes=$(($(/bin/ps -o rss= -p "$pid" | /usr/bin/tr -d ' ') / 1024))
  footprint=$(/usr/bin/footprint "$pid" 2>/dev/null | /usr/bin/grep -m 1 -i footprint)
  if [ "$percent" -le "$most_percent" ] && [ "$megabytes" -le "$most_megabytes" ]; then
    pass "$percent % of a core over $minutes minutes, $megabytes MB resident; $footprint"
  else
    fail "$percent % of a core over $minutes minutes (at most $most_percent), $megabytes MB resident (at most $most_megabytes); $footprint"
  fi
}

# Processor time of a process, in hundredths of a second, from `[[days-]hours:]minutes:seconds.hundredths`.
processor_hundredths() {
  /bin/ps -o time= -p "$1" | /usr/bin/awk '{
    days = 0; clock = $1
    if (split(clock, halves, "-") == 2) { days = halves[1]; clock = halves[2] }
    count = split(clock, parts, ":"); seconds = 0
    for (at = 1; at <= count; at++) seconds = seconds * 60 + parts[at]
    printf "%d\n", (days * 86400 + seconds) * 100 + 0.5
  }'
}

check_upgrade() {
  [ -n "$package" ] || { skip "$no_package"; return; }
  is_installed || { skip "$not_installed"; return; }
  local key found
  if [ -n "$older" ]; then
    [ "$was_installed" = no ] || { skip "$not_removed"; return; }
    "$remover" >&2 || { fail 'the removal before it fails'; return; }
    install_package "$older" || { fail 'the older package cannot be installed'; return; }
  fi
  within "$start_seconds" is_answering || { fail "$not_running"; return; }
  key=$(/usr/bin/shasum "$state/redaction.key")
  found=$(spillwatch findings list --json --limit 1)
  install_package "$package" || { fail 'installer refuses it'; return; }
  within "$start_seconds" is_answering || { fail "after it: $not_running"; return; }
  [ "$(spillwatch --version)" = "$(package_version)" ] || { fail "runs $(spillwatch --version)"; return; }
  [ "$(/usr/bin/shasum "$state/redaction.key")" = "$key" ] || { fail 'the key of the state is another one'; return; }
  if [ -n "$found" ] && [ -z "$(spillwatch findings list --json --limit 1)" ]; then
    fail 'the findings are gone'
    return
  fi
  if [ -n "$older" ]; then pass 'from the older version, state kept'; else pass 'the same version over itself (--older names another), state kept'; fi
}

check_downgrade() {
  [ -n "$older" ] || { skip 'no older package was named (--older)'; return; }
  is_installed || { skip "$not_installed"; return; }
  local version
  version=$(installed_version)
  if /usr/sbin/installer -pkg "$older" -target / >&2; then
    fail "installer took it; the version was $version and is $(installed_version)"
    return
  fi
  within "$start_seconds" is_answering || { fail "refused, but $not_running"; return; }
  if [ "$(spillwatch --version)" = "$version" ]; then pass "refused, $version runs"; else fail 'refused, but another version runs'; fi
}

check_crash_reports() {
  local found
  found=$(/usr/bin/find /Library/Logs/DiagnosticReports -type f \( -iname 'spillwatch*' -o -iname 'eslogger*' \) -newer "$work/started" -print | /usr/bin/head -n 3)
  if [ -z "$found" ]; then pass 'none'; else fail "$found"; fi
}

check_uninstall() {
  is_installed || { skip "$not_installed"; return; }
  [ "$was_installed" = no ] || { skip "$not_removed"; return; }
  [ "$keep" = no ] || { skip 'not with --keep'; return; }
  local left
  /bin/cp -X "$remover" "$work/uninstall"
  "$remover" >&2 || { fail "exit $?"; return; }
  left=$(left_behind "$bundle" "$daemon" "$rotation" "$link")
  [ -z "$left" ] || { fail "left: $left"; return; }
  ! is_loaded || { fail 'launchd still has the job'; return; }
  [ -z "$(installed_version)" ] || { fail 'the receipt is left'; return; }
  if [ -d "$state" ]; then pass 'data stays'; else fail 'the data is gone'; fi
}

check_purge() {
  [ -f "$work/uninstall" ] || { skip 'needs the check uninstall before it'; return; }
  /bin/chmod 700 "$work/uninstall"
  "$work/uninstall" --purge >&2 || { fail "exit $?"; return; }
  local left
  left=$(left_behind "$home" "$state" "$config" "$logs" "$bundle" "$daemon" "$rotation" "$link")
  [ -z "$left" ] || { fail "left: $left"; return; }
  if "$work/uninstall" --purge >&2; then pass 'nothing, and once more is no fault'; else fail 'fails where nothing is left'; fi
}

left_behind() {
  local path
  for path in "$@"; do
    if [ -e "$path" ] || [ -L "$path" ]; then printf '%s ' "$path"; fi
  done
}

# Another shell that reads this file for its functions is not asked to do anything.
if [ "${0##*/}" = mac-acceptance.sh ]; then main "$@"; fi
