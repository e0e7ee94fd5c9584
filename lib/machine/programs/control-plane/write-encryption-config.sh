#!/bin/sh
# Makes the EncryptionConfiguration out of its template and the keys that boot fetched. The API
# server reads a changed file by itself.
set -eu
# shellcheck source=../boot/lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
template=$HC_ETC/encryption-template.yaml
folder=$HC_ROOT/etc/kubernetes/encryption

scratch_file
config=$HC_SCRATCH_FILE
while IFS= read -r line; do
  case $line in
    *@SECRET:*@*)
      name=${line#*@SECRET:}
      name=${name%%@*}
      key=$(cat "$folder/keys/$name") || die "$folder/keys/$name" 'no such file' 'a key'
      # 32 bytes in base64; a builtin writes it, so that it is in no argument list.
      [ "${#key}" -eq 44 ] || die "key $name" "${#key} characters" '32 bytes in base64'
      printf '%s%s%s\n' "${line%%@SECRET:*}" "$key" "${line#*@SECRET:"$name"@}"
      ;;
    *) printf '%s\n' "$line" ;;
  esac
done <"$template" >"$config"
place_file "$config" "$folder/config.yaml" 0600 root:root
[ "$HC_CHANGED" = no ] || log 'encryption keys changed'
