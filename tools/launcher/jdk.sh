# Finds a JDK. Sourced by ../../weft.

JDK_WANTED=25

# Sets REPLY to the major version of the Java in a folder; fails when there is none. The release file first: starting a
# JVM costs 40 ms.
java_major() {
  local line
  REPLY=
  [ -x "$1/bin/java" ] || return 1
  if [ -r "$1/release" ]; then
    while IFS= read -r line; do
      case $line in
        JAVA_VERSION=*)
          line=${line#JAVA_VERSION=}
          line=${line//\"/}
          REPLY=${line%%[!0-9]*}
          [ -n "$REPLY" ] && return 0
          ;;
      esac
    done <"$1/release"
  fi
  line=$("$1/bin/java" -version 2>&1 | head -n 1)
  line=${line#*\"}
  REPLY=${line%%[!0-9]*}
  [ -n "$REPLY" ]
}

suits() {
  [ -n "$1" ] && java_major "$1" && [ "$REPLY" -ge "$JDK_WANTED" ] &&
    { [ "$WEFT_TREE" = dist ] || [ -x "$1/bin/javac" ]; }
}

# Sets and exports JAVA_HOME, sets JAVA; ends the script with advice when there is no JDK new enough.
find_jdk() {
  local candidate link found=
  if suits "${JAVA_HOME:-}"; then
    found=$JAVA_HOME
  else
    if link=$(command -v java); then
      link=$(readlink -f "$link")
      candidate=${link%/bin/java}
      suits "$candidate" && found=$candidate
    fi
    if [ -z "$found" ]; then
      for candidate in /usr/lib/jvm/* /usr/java/* /opt/* /opt/*/* "${HOME:-/}"/.sdkman/candidates/java/* \
        "${HOME:-/}"/.jdks/* "${HOME:-/}"/.local/share/mise/installs/java/* "${HOME:-/}"/.asdf/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if suits "$candidate"; then
          found=$candidate
          break
        fi
      done
    fi
  fi
  if [ -z "$found" ]; then
    say "no JDK $JDK_WANTED or newer found (looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks)."
    say "Install one, for example Temurin from https://adoptium.net (Debian: apt install temurin-25-jdk;"
    say "SDKMAN: sdk install java 25-tem), or set JAVA_HOME to one you have."
    exit 1
  fi
  export JAVA_HOME=$found
  JAVA=$JAVA_HOME/bin/java
}
