spillwatch)
    # Replace OWNER by the owner of the repository that you take releases from, and TEAMID by the team of whoever signed them.
    name="Spillwatch"
    type="pkg"
    packageID="org.spillwatch.agent"
    if [[ $(/usr/bin/arch) == "arm64" ]]; then
        archiveName="spillwatch-[0-9.]*-arm64.pkg"
    else
        archiveName="spillwatch-[0-9.]*-x86_64.pkg"
    fi
    downloadURL=$(downloadURLFromGit OWNER spillwatch)
    appNewVersion=$(versionFromGit OWNER spillwatch)
    expectedTeamID="TEAMID"
    blockingProcesses=( NONE )
    ;;
