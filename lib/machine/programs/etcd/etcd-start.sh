#!/bin/sh
# Starts etcd with the flags given, and with what only a look at the cluster can tell: whether this
# member is one of a new cluster or joins one that is there.
#
# Exit status 78: nothing but an operator cures it. What another machine can cure is waited for.
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"

# hold PLACE GOT EXPECTED: waits a moment, and says once for what.
hold() {
  [ "$*" = "${held:-}" ] || log "waiting: $1: got $2, expected $3"
  held=$*
  sleep 2
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
  # All at once: machines that are not there yet cost their time out only once.
  peer_urls=$(printf '%s\n' "$tier" |
    awk -v own="$member_name" '$1 != "initial-members" && $1 != own { print "https://" $2 ":2380" }')
  asked=0
  for url in $peer_urls; do
    asked=$((asked + 1))
    rm -f "$HC_RUN/members-$asked"
    curl --disable -fsS --noproxy '*' --http1.1 --tlsv1.3 --max-time 3 --cacert "$pki/ca.crt" \
      --cert "$pki/peer.pem" --output "$HC_RUN/members-$asked" "$url/members" 2>/dev/null &
  done
  wait
  for url in $peer_urls; do
    [ ! -s "$HC_RUN/members-$asked" ] || cat "$HC_RUN/members-$asked"
    printf '\n'
    asked=$((asked - 1))
  done | python3 -I -c '
import json, sys
url, name = sys.argv[1:]
answers = [json.loads(line) for line in sys.stdin if line.strip()]
answers = [answer for answer in answers if answer]
if not answers:
    print("none")
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

# What the bucket says of whether this cluster has been there before: yes, no, or why it is unclear.
cluster_was_there() {
  load_machine
  scratch_file
  if complaint=$(s3_get "$bootstrapped_key" "$HC_SCRATCH_FILE" 2>&1); then
    printf yes
    return
  fi
  case $complaint in
    *'HTTP 404'*) printf no ;;
    *) printf '%s' "$complaint" ;;
  esac
}

# found FLAG...: starts the cluster together with the other initial members, if this member is one of them. One
# that was added later is not, whatever the others and the bucket say: it joins or waits.
found() {
  case ",$initial_members," in
    *",$member_name=$member_peer_url,"*)
      exec etcd "$@" --initial-cluster="$initial_members" --initial-cluster-state=new
      ;;
  esac
  hold "$data" 'no data, and no cluster that this member could join' "the members that found it: $initial_members"
}

check_identities
check_volume
# systemd starts this with umask 0077.
mkdir -p "$data"
chmod 0700 "$data"

tier=
until ls "$data"/member/wal/*.wal >/dev/null 2>&1; do
  # It says itself what it waits for, while it does.
  if [ -z "$tier" ] && ! tier=$("$HC_LIB/list-etcd-tier"); then
    hold 'the parameter store' 'no answer; the lines above say why' 'the members of the tier'
    tier=
    continue
  fi
  initial_members=$(printf '%s\n' "$tier" | sed -n 's/^initial-members //p')
  answer=$(ask_peers)
  rest=${answer#* }
  case $answer in
    added\ *)
      set -- "$@" --initial-cluster="$rest" --initial-cluster-state=existing
      log "joins the running cluster: $rest"
      break
      ;;
    known\ *)
      hold "$data" "no data, and a running cluster of $rest that waits for no new $member_name" \
        "\"etcd-replace-member $member_name\" run on the leader"
      ;;
    absent\ *)
      hold "$data" "no data, and a running cluster of $rest that has no $member_name yet" \
        'its leader to take it in by etcd-add-members.timer'
      ;;
    forming\ *)
      count=$(printf '%s\n' "$initial_members" | tr ',' '\n' | wc -l)
      [ "$rest" = "$count" ] ||
        refuse 'member count' "$rest in the cluster of the others" "$count initial members as the parameter store says"
      found "$@"
      ;;
    none)
      was_there=$(cluster_was_there)
      case $was_there in
        no) found "$@" ;;
        yes)
          hold "$data" 'no data, and no other member answers' \
            'the old data, another member that runs, or "etcd-restore"'
          ;;
        *) hold "s3: $bootstrapped_key" "$was_there" 'an answer whether this cluster was there before' ;;
      esac
      ;;
    *) hold 'the other members' "$answer" 'an answer that makes sense' ;;
  esac
done

# A member with data knows the others from it.
exec etcd "$@"
