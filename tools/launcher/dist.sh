# weft dist: one archive that is the same weft wherever it is unpacked. Sourced by ../../weft.

main() {
  local version name folder archive
  case ${1:-} in
    -h | --help)
      echo "Usage: weft dist"
      echo
      echo "Builds Weft and packs it into build/weft-VERSION.tar.gz. Unpacked anywhere, with a JDK $JDK_WANTED on the machine and"
      echo "nothing else, ./weft in it has every command but those for working on Weft itself (test, bench, dist, dev)."
      return 0
      ;;
  esac
  weft_build
  weft_version
  version=$REPLY
  name=weft-$version
  folder=$WEFT_HOME/build/dist/$name
  archive=$WEFT_HOME/build/$name.tar.gz
  rm -rf "$WEFT_HOME/build/dist"
  mkdir -p "$folder/libexec" "$folder/lib"
  cp -p "$WEFT_HOME/weft" "$folder/weft"
  cp -p "$WEFT_HOME"/tools/launcher/{jdk,java,run}.sh "$folder/libexec/"
  cp -p "$WEFT_LIB"/*.jar "$WEFT_LIB"/*.classpath "$folder/lib/"
  cp -p "$WEFT_LIB"/*.options "$folder/lib/" 2>/dev/null
  [ ! -d "$WEFT_LIB/native" ] || cp -rp "$WEFT_LIB/native" "$folder/lib/"
  # The pages the README and the hints of messages point to.
  cp -p "$WEFT_HOME"/{LICENSE,README.md,ARCHITECTURE.md,CHANGELOG.md,CONTRIBUTING.md,SECURITY.md} "$folder/"
  cp -rp "$WEFT_HOME/docs" "$folder/"
  printf '%s\n' "$version" >"$folder/VERSION"
  chmod -R a+rX "$folder"
  # Same input, same bytes.
  tar -C "$WEFT_HOME/build/dist" --sort=name --owner=0 --group=0 --numeric-owner --mtime='2026-01-01 00:00:00Z' \
    -cf - "$name" | gzip -9n >"$archive.new" && mv "$archive.new" "$archive" || die 1 "cannot write $archive"
  rm -rf "$WEFT_HOME/build/dist"
  echo "$archive"
}
