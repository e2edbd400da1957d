# Finds a JDK. Sourced by ../../weft.

JDK_WANTED=25

# Sets REPLY to a field of a JDK's release file; fails when there is none. To start a JVM instead would cost 40 ms.
jdk_release() {
  local line
  REPLY=
  [ -r "$1/release" ] || return 1
  while IFS= read -r line; do
    case $line in
      "$2="*)
        line=${line#*=}
        REPLY=${line//\"/}
        return 0
        ;;
    esac
  done <"$1/release"
  return 1
}

# Sets REPLY to the major version of the Java in a folder; fails when there is none.
java_major() {
  local line
  REPLY=
  [ -x "$1/bin/java" ] || return 1
  if ! jdk_release "$1" JAVA_VERSION; then
    line=$("$1/bin/java" -version 2>&1 | head -n 1)
    REPLY=${line#*\"}
  fi
  REPLY=${REPLY%%[!0-9]*}
  [ -n "$REPLY" ]
}

# A distribution does with a JRE; building takes a compiler.
suits() {
  [ -n "$1" ] && java_major "$1" && [ "$REPLY" -ge "$JDK_WANTED" ] &&
    { [ "$WEFT_TREE" = dist ] || [ -x "$1/bin/javac" ]; }
}

# Sets JDK_FOLDERS to the folders JDKs are installed into, each in a folder of its own. WEFT_JDK_FOLDERS (separated by
# colons) takes their place.
usual_folders() {
  if [ -n "${WEFT_JDK_FOLDERS:-}" ]; then
    IFS=: read -ra JDK_FOLDERS <<<"$WEFT_JDK_FOLDERS"
  else
    JDK_FOLDERS=(/usr/lib/jvm /usr/java /opt /opt/*)
    [ -z "${HOME:-}" ] || JDK_FOLDERS+=("$HOME/.sdkman/candidates/java" "$HOME/.jdks"
      "$HOME/.local/share/mise/installs/java" "$HOME/.asdf/installs/java")
  fi
}

# Sets REPLY to the first JDK that is new enough: JAVA_HOME, the PATH, the usual folders.
search_jdk() {
  local candidate link folder
  if suits "${JAVA_HOME:-}"; then
    REPLY=$JAVA_HOME
    return 0
  fi
  if link=$(command -v java); then
    link=$(readlink -f "$link")
    candidate=${link%/bin/java}
    if suits "$candidate"; then
      REPLY=$candidate
      return 0
    fi
  fi
  usual_folders
  for folder in "${JDK_FOLDERS[@]}"; do
    for candidate in "$folder"/*; do
      if suits "$candidate"; then
        REPLY=$candidate
        return 0
      fi
    done
  done
  return 1
}

# Sets and exports JAVA_HOME, sets JAVA; ends the script with advice when there is no JDK new enough.
find_jdk() {
  if ! search_jdk; then
    usual_folders
    say "no JDK $JDK_WANTED or newer found (looked at JAVA_HOME, PATH, ${JDK_FOLDERS[*]})."
    say "Install one, for example Temurin from https://adoptium.net (Debian: apt install temurin-25-jdk;"
    say "SDKMAN: sdk install java 25-tem), or set JAVA_HOME to one you have."
    exit 1
  fi
  export JAVA_HOME=$REPLY
  JAVA=$JAVA_HOME/bin/java
}
