#!/bin/sh
# Fetches the secrets of /etc/hardened-cluster/boot/secrets from the parameter store, each into its
# own file. A file changes in one step and only when its content does; nothing is deleted.
set -eu
# shellcheck source=lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
load_machine
tab=$(printf '\t')
HC_PLAN=${HC_PLAN:-$HC_ETC/boot}

# select_pem LABEL FILE: the blocks whose label matches. Marks are put together here, so that a search
# for keys among the files of a machine finds keys and not this script.
select_pem() {
  sed -n "/^-----BEGIN $1-----\$/,/^-----END $1-----\$/p" "$2"
}

# select_blocks KIND FILE: its PEM blocks of that kind.
select_blocks() {
  case $1 in
    all) cat "$2" ;;
    certificate) select_pem 'CERTIFICATE' "$2" ;;
    private-key) select_pem '[A-Z ]*PRIVATE KEY' "$2" ;;
    *) die "secret $parameter" "blocks $1" 'all, certificate or private-key' ;;
  esac
}

scratch_file
value=$HC_SCRATCH_FILE
scratch_file
selected=$HC_SCRATCH_FILE
last=
while IFS=$tab read -r parameter blocks path mode owner; do
  [ "$parameter" = "$last" ] || ssm_get "$parameter" "$value" </dev/null
  last=$parameter
  select_blocks "$blocks" "$value" >"$selected"
  [ -s "$selected" ] || die "parameter /$HC_CLUSTER/$parameter" "no $blocks in it" 'PEM'
  place_file "$selected" "$HC_ROOT$path" "$mode" "$owner"
  [ "$HC_CHANGED" = no ] || log "placed $path"
done <"$HC_PLAN/secrets"
