#!/bin/sh
# Starts etcd with the flags given, and with what only a look at the cluster can tell: whether this
# member is one of a new cluster or joins one that is there.
#
# Exit status 78: nothing but an operator cures it. 75: worth another try, which systemd makes.
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"

# postpone PLACE GOT EXPECTED
postpone() {
  log "error: $1: got $2, expected $3"
  exit 75
}

check_identities() {
  [ -r "$pki/ca.crt" ] || refuse "$pki/ca.crt" "$(ls -ld "$pki/ca.crt" 2>&1)" 'a file that etcd can read'
  for name in server peer; do
    file=$pki/$name.pem
    [ -r "$file" ] || refuse "$file" "$(ls -ld "$file" 2>&1)" 'a file that etcd can read'
    openssl verify -CAfile "$pki/ca.crt" "$file" >/dev/null 2>&1 ||
      refuse "$file" "$(openssl verify -CAfile "$pki/ca.crt" "$file" 2>&1 | tail -n 1)" \
        'a certificate of the etcd CA that is valid today'
    certificate_key=$(openssl x509 -in "$file" -noout -pubkey 2>/dev/null) || certificate_key=none
    own_key=$(openssl pkey -in "$file" -pubout 2>/dev/null) || own_key=unreadable
    [ "$certificate_key" = "$own_key" ] ||
      refuse "$file" 'a key that does not belong to the certificate' 'a certificate and then its key'
  done
}

check_volume() {
  # In a sandbox every writable folder is a mount point; a volume is another device as well.
  [ "$(stat -c %d "$volume")" != "$(stat -c %d "$volume/..")" ] ||
    refuse "$volume" 'no volume mounted there' 'the data volume'
  [ -w "$volume" ] || refuse "$volume" "$(ls -ld "$volume")" 'a folder that etcd can write to'
  # etcd reserves 64 MiB for each file of its log.
  needed=65536
  [ -d "$data/member/wal" ] || needed=131072
  free=$(free_kibibytes "$volume")
  [ "$free" -ge "$needed" ] ||
    refuse "$volume" "$free KiB free" "at least $needed KiB: enlarge the volume"
}

# What the other members say, one word and the rest: see the cases below.
ask_peers() {
  for url in $peer_urls; do
    curl --disable -fsS --noproxy '*' --http1.1 --tlsv1.3 --max-time 3 --cacert "$pki/ca.crt" \
      --cert "$pki/peer.pem" "$url/members" 2>/dev/null || continue
    printf '\n'
  done | python3 -I -c '
import json, sys
url, name = sys.argv[1:]
answers = [json.loads(line) for line in sys.stdin if line.strip()]
answers = [answer for answer in answers if answer]
if not answers:
    print("nobody")
    raise SystemExit
members = max(answers, key=lambda answer: sum(1 for member in answer if member.get("clientURLs")))
own = [member for member in members if url in member["peerURLs"]]
if not own:
    print("absent", len(members))
elif own[0].get("clientURLs"):
    print("known", len(members))
elif own[0].get("name"):
    print("forming", len(members))
else:
    pairs = [(member.get("name") or name, peer) for member in members for peer in member["peerURLs"]]
    print("added", ",".join("=".join(pair) for pair in sorted(pairs)))
' "$member_peer_url" "$member_name"
}

# Whether the bucket says that this cluster has been there before. No answer is not a no.
cluster_was_there() {
  load_machine
  scratch_file
  answer=$HC_SCRATCH_FILE
  if complaint=$(s3_get "$bootstrapped_key" "$answer" 2>&1); then
    return 0
  fi
  case $complaint in
    *'HTTP 404'*) return 1 ;;
    *) postpone "s3: $bootstrapped_key" "$complaint" 'an answer whether this cluster was there before' ;;
  esac
}

check_identities
check_volume
# systemd starts this with umask 0077.
mkdir -p "$data"
chmod 0700 "$data"

state=new
if ! ls "$data"/member/wal/*.wal >/dev/null 2>&1; then
  answer=$(ask_peers)
  rest=${answer#* }
  case $answer in
    added\ *)
      initial_cluster=$rest
      state=existing
      log "joins the running cluster: $initial_cluster"
      ;;
    known\ * | absent\ *)
      postpone "$data" "no data, and a running cluster of $rest that waits for no new $member_name" \
        "\"etcd-replace-member $member_name\" run on the leader"
      ;;
    forming\ *)
      [ "$rest" = "$member_count" ] ||
        refuse 'member count' "$rest in the cluster of the others" "$member_count as configured here"
      ;;
    nobody)
      if cluster_was_there; then
        postpone "$data" 'no data, and no other member answers' \
          'the old data, another member that runs, or "etcd-restore"'
      fi
      ;;
    *) postpone 'the other members' "$answer" 'an answer that makes sense' ;;
  esac
fi

exec etcd "$@" --initial-cluster="$initial_cluster" --initial-cluster-state="$state"
