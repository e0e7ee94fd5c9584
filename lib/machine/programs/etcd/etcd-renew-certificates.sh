#!/bin/sh
# Takes this member's certificates from the parameter store when they have been reissued. etcd
# reads them for each new connection, so nothing restarts. The timers of the members are staggered,
# and a member stops before it touches anything when another one is missing: a bad certificate costs
# one member and never the quorum.
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"
load_machine

# With an expired certificate no member answers; then the configuration tells how many there are.
if ! others=$(member_count 2>/dev/null); then
  members=$(planned_members) || die 'the members' 'not known' 'what the parameter store says of them'
  others=$(printf '%s\n' "$members" | wc -l)
fi
others=$((others - 1))

whole() {
  healthy && [ "$(active_peers)" -ge "$others" ]
}

serial() {
  openssl x509 -in "$1" -noout -serial
}

for name in server peer root backup health; do
  openssl x509 -in "$pki/$name.pem" -noout -checkend $((30 * 24 * 3600)) >/dev/null ||
    alert etcd-certificate-ends "certificate=$name $(openssl x509 -in "$pki/$name.pem" -noout -enddate)"
done

staged=$pki/.staged
rm -rf "$staged"
mkdir -m 0700 "$staged"
# shellcheck disable=SC2016 # for the end
at_exit 'rm -rf "$staged"'

changed=
for name in server peer root backup health; do
  ssm_get "etcd/members/$member_name/$name" "$staged/$name.pem"
  cmp -s "$staged/$name.pem" "$pki/$name.pem" || changed="$changed $name"
done
if [ -z "$changed" ]; then
  log 'nothing to do: the certificates are those of the parameter store'
  exit
fi

for name in $changed; do
  file=$staged/$name.pem
  openssl verify -CAfile "$pki/ca.crt" "$file" >/dev/null 2>&1 ||
    die "new certificate $name" "$(openssl verify -CAfile "$pki/ca.crt" "$file" 2>&1 | tail -n 1)" \
      'one of the etcd CA that is valid today'
  certificate_key=$(openssl x509 -in "$file" -noout -pubkey)
  own_key=$(openssl pkey -in "$file" -pubout 2>/dev/null) || own_key=unreadable
  [ "$certificate_key" = "$own_key" ] ||
    die "new certificate $name" 'a key that does not belong to it' 'a certificate and its key'
  # One by one: the issuer may put them in another order.
  for field in subject subjectAltName extendedKeyUsage; do
    case $field in
      subject) set -- -subject ;;
      *) set -- -ext "$field" ;;
    esac
    [ "$(openssl x509 -in "$file" -noout "$@" 2>/dev/null)" = \
      "$(openssl x509 -in "$pki/$name.pem" -noout "$@" 2>/dev/null)" ] ||
      die "new certificate $name" "$(openssl x509 -in "$file" -noout "$@" 2>/dev/null | tr '\n' ' ')" \
        "$(openssl x509 -in "$pki/$name.pem" -noout "$@" 2>/dev/null | tr '\n' ' ')"
  done
done

whole || die 'connected members' "$(active_peers)" "$others and a quorum: the next try is tomorrow"

for name in $changed; do
  case $name in server | peer) owner=etcd:etcd ;; *) owner=root:root ;; esac
  cp "$pki/$name.pem" "$staged/$name.old"
  for file in "$staged/$name.pem" "$staged/$name.old"; do
    chmod 0400 "$file"
    chown "$owner" "$file"
  done
  mv -f "$staged/$name.pem" "$pki/$name.pem"
done

# What a client sees on a new connection is the proof.
check_new() {
  served=$(openssl s_client -connect 127.0.0.1:2379 -CAfile "$pki/ca.crt" -cert "$pki/health.pem" \
    -key "$pki/health.pem" </dev/null 2>/dev/null | openssl x509 -noout -serial) || return 1
  [ "$served" = "$(serial "$pki/server.pem")" ] &&
    etcdctl_as health get health >/dev/null && whole
}

# A busy member may need a moment.
tries=10
until check_new; do
  tries=$((tries - 1))
  if [ "$tries" -eq 0 ]; then
    for name in $changed; do
      mv -f "$staged/$name.old" "$pki/$name.pem"
    done
    wait_healthy 30 || die 'this member' 'not healthy, the old certificates are back' 'healthy'
    die 'the new certificates' 'a member that does not serve with them' 'a healthy member; the old ones are back'
  fi
  sleep 1
done
log "renewed:$changed; the server certificate is now $(serial "$pki/server.pem")"
