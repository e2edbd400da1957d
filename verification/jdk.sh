# Sourced: exports JAVA_HOME of a JDK 25 or newer, from JAVA_HOME, the PATH or the usual folders; fails saying what to install.
weft_jdk() {
  local home
  for home in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v javac 2>/dev/null)" 2>/dev/null)")")" \
    /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /opt/jdk* /opt/java/*; do
    [ -x "$home/bin/javac" ] && [ -r "$home/release" ] || continue
    if sed -nE 's/^JAVA_VERSION="([0-9]+).*/\1/p' "$home/release" | { read -r major && [ "$major" -ge 25 ]; }; then
      export JAVA_HOME=$home
      return 0
    fi
  done
  echo "No JDK 25 found (JAVA_HOME, PATH, /usr/lib/jvm). Install one, e.g. the package temurin-25-jdk, or set JAVA_HOME." >&2
  return 1
}
weft_jdk
