#!/bin/sh
# Installs the release artifacts of /etc/hardened-cluster/boot/artifacts out of the cluster's bucket.
# What is installed already, to the byte, is left alone; everything else is fetched and verified.
set -eu
# shellcheck source=lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
load_machine
tab=$(printf '\t')
HC_PLAN=${HC_PLAN:-$HC_ETC/boot}
cache=$HC_ROOT/var/cache/hardened-cluster
mkdir -p "$cache" "$HC_STATE/artifacts" || die "$cache" 'no folder' 'free space'

# verify_stamp FILE: whether all that an artifact installed is still what it was.
verify_stamp() {
  [ -s "$1" ] && (cd "$HC_ROOT/" && sha256sum --status --check "$1" 2>/dev/null)
}

# install_one SOURCE PATH MODE: in one step, so that a running program keeps its own file.
install_one() {
  mkdir -p "${2%/*}"
  cp "$1" "$2.hc-new" || die "$2" 'not written' 'free space'
  chown 0:0 "$2.hc-new"
  chmod "$3" "$2.hc-new"
  sync "$2.hc-new" || die "$2" 'not written' 'free space'
  mv -f "$2.hc-new" "$2"
  (cd "$HC_ROOT/" && sha256sum ".${2#"$HC_ROOT"}") >>"$stamp.new" || die "$stamp" 'not written' 'free space'
}

# install_members FOLDER: rows of the table that belong to the artifact `key`.
install_members() {
  while IFS=$tab read -r row_key _ _ member path mode; do
    [ "$row_key" = "$key" ] || continue
    if [ "$member" = - ] && [ "${path%/}" != "$path" ]; then
      find "$1" -type f >"$1.list"
      while IFS= read -r found; do
        install_one "$found" "$HC_ROOT$path${found#"$1"/}" "$mode"
      done <"$1.list"
    elif [ "$member" = - ]; then
      install_one "$archive" "$HC_ROOT$path" "$mode"
    else
      [ -f "$1/$member" ] || die "$key" "no $member in it" 'the archive as published'
      install_one "$1/$member" "$HC_ROOT$path" "$mode"
    fi
  done <"$HC_PLAN/artifacts"
}

cut -f 1-3 "$HC_PLAN/artifacts" | uniq >"$cache/list" || die "$cache/list" 'not written' 'free space'
while IFS=$tab read -r key algorithm checksum; do
  [ "$checksum" != - ] || die "$key" 'no checksum in the lock' 'one that "hardened-cluster lock" found'
  stamp=$HC_STATE/artifacts/$(printf '%s' "$checksum" | cut -c 1-64)
  ! verify_stamp "$stamp" || continue
  archive=$cache/download
  rm -rf "$archive" "$archive.part" "$cache/unpacked" "$cache/unpacked.list" "$stamp.new"
  s3_get "$key" "$archive"
  verify_checksum "$algorithm" "$checksum" "$archive"
  mkdir "$cache/unpacked" || die "$cache/unpacked" 'no folder' 'free space'
  case $key in
    *.tar.gz | *.tgz)
      tar -xzf "$archive" -C "$cache/unpacked" --no-same-owner || die "$key" 'not unpacked' 'free space'
      ;;
  esac
  install_members "$cache/unpacked"
  mv -f "$stamp.new" "$stamp"
  rm -rf "$archive" "$cache/unpacked" "$cache/unpacked.list"
  log "installed $key"
done <"$cache/list"
rm -f "$cache/list"
