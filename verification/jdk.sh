# Sourced in the repository's folder: exports JAVA_HOME as ./weft finds it, or ends the script saying what to install.
say() { printf 'weft: %s\n' "$*" >&2; }
WEFT_TREE=repository
source tools/launcher/jdk.sh
find_jdk
