#!/usr/bin/env bash
# Finds a JDK that can build and run lota4j. Run, it prints the JDK's home, or one line that says what was found
# instead (exit 1). `./lota` sources it for find_jdk; Maven runs it before it looks for its toolchain.

LOTA_JDK_WANTED=25

# What was seen and passed over, for the message.
jdk_rejected=()

# Sets jdk_home and jdk_version and succeeds if $1 is the home of a JDK that is new enough. Reads the `release` file:
# starting a JVM only to ask for its version would cost more than all the rest of the launcher.
accept_jdk() {
    local home=$1 line version= major
    [[ -x $home/bin/java && -r $home/release ]] || return 1
    while IFS= read -r line; do
        [[ $line == JAVA_VERSION=* ]] && version=${line#JAVA_VERSION=}
    done <"$home/release"
    version=${version//[\"$'\r']/}
    major=${version#1.}
    major=${major%%[!0-9]*}
    if [[ -z $major ]] || ((major < LOTA_JDK_WANTED)); then
        jdk_rejected+=("${version:-unknown version} in $home")
        return 1
    fi
    if [[ ! -x $home/bin/javac ]]; then
        jdk_rejected+=("$version without javac in $home")
        return 1
    fi
    jdk_home=$home
    jdk_version=$version
}

# JAVA_HOME first, then `java` on the PATH, then JAVA25_HOME and the like, then where JDKs are usually installed.
find_jdk() {
    local home on_path seen=:
    if [[ -n ${JAVA_HOME-} ]]; then
        accept_jdk "$JAVA_HOME" && return
        [[ -e $JAVA_HOME ]] || jdk_rejected+=("nothing in JAVA_HOME=$JAVA_HOME")
        seen+=$(readlink -f "$JAVA_HOME"):
    fi
    on_path=$(type -P java) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/java}
    list_jdk_homes
    for home in "$on_path" "${jdk_homes[@]}"; do
        [[ -x $home/bin/java ]] || continue
        # The usual places hold links to each other (java-1.17.0 -> java-17): one mention each.
        [[ ! -L $home ]] || home=$(readlink -f "$home")
        [[ $seen == *":$home:"* ]] && continue
        seen+=$home:
        accept_jdk "$home" && return
    done
    return 1
}

# Sets jdk_homes to every place a JDK may be: patterns that match nothing stay as they are and are no directory.
list_jdk_homes() {
    local variable line user=${HOME-}
    jdk_homes=()
    for variable in ${!JAVA*}; do
        [[ $variable =~ ^JAVA[0-9]+_HOME$ ]] && jdk_homes+=("${!variable}")
    done
    if [[ -r $user/.m2/toolchains.xml ]]; then
        while IFS= read -r line; do
            [[ $line =~ \<jdkHome\>(.*)\</jdkHome\> ]] && jdk_homes+=("${BASH_REMATCH[1]}")
        done <"$user/.m2/toolchains.xml"
    fi
    jdk_homes+=(
        /usr/lib/jvm/* "$user"/.sdkman/candidates/java/* "$user"/.jdks/* "$user"/.m2/jdks/* "$user"/.gradle/jdks/*
        "$user"/.asdf/installs/java/* "$user"/.local/share/mise/installs/java/* /opt/* /opt/java/* /usr/java/*
        /Library/Java/JavaVirtualMachines/*/Contents/Home "$user"/Library/Java/JavaVirtualMachines/*/Contents/Home
    )
}

# One line for a user without a JDK that is new enough.
jdk_problem() {
    local found
    found=$(printf ', %s' "${jdk_rejected[@]-}")
    [[ ${#jdk_rejected[@]} -gt 0 ]] || found='  no JDK at all'
    printf 'lota4j needs JDK %s or newer, found: %s. Install one (https://adoptium.net) or set JAVA_HOME.\n' \
        "$LOTA_JDK_WANTED" "${found:2}"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    find_jdk && echo "$jdk_home" && exit
    jdk_problem
    exit 1
fi
