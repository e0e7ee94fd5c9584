# shellcheck shell=sh
# Functions of every script of the machine; sourced, never run.
#
# HC_ROOT is a prefix of all absolute paths and HC_ENDPOINT_<SERVICE> the address of a service: both
# are empty on a real machine. Credentials reach curl by its standard input, never by an argument.
HC_ROOT=${HC_ROOT:-}
# shellcheck disable=SC2034 # for the scripts
HC_LIB=$HC_ROOT/usr/local/lib/hardened-cluster
HC_ETC=$HC_ROOT/etc/hardened-cluster
HC_STATE=$HC_ROOT/var/lib/hardened-cluster
HC_RUN=$HC_ROOT/run/hardened-cluster

# log TEXT: one line to the journal.
log() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# say TEXT: one line to the journal and to the console, which EC2 shows without the machine's help.
say() {
  log "$*"
  # A sandbox has no console.
  [ ! -w "$HC_ROOT/dev/console" ] ||
    { printf 'hardened-cluster: %s: %s\n' "${0##*/}" "$*" >>"$HC_ROOT/dev/console"; } 2>/dev/null || :
}

# die PLACE GOT EXPECTED, or die TEXT: says what is wrong and ends with status 1.
die() {
  [ $# -ne 3 ] || set -- "$1: got $2, expected $3"
  say "error: $*"
  hc_mark_said
  exit 1
}

# not_yet PLACE GOT EXPECTED: for what time may bring; ends with status 75, to be tried again.
not_yet() {
  say "waiting: $1: got $2, expected $3"
  hc_mark_said
  exit 75
}

# That the reason of a failure has been said: scripts that a script calls share the mark.
hc_mark_said() {
  hc_said=yes
  { : >"$HC_SAID"; } 2>/dev/null || :
}

# at_exit COMMAND: runs it when this script ends, however it ends; the latest first.
at_exit() {
  HC_AT_EXIT="$1
${HC_AT_EXIT:-}"
}

# Nothing fails without a line: programs that fail by `set -e` alone are named by their script.
hc_end() {
  hc_status=$?
  trap - EXIT
  trap '' HUP INT TERM
  set +e
  if [ "$hc_status" -ne 0 ] && [ -z "${HC_SIGNAL:-}$hc_said" ] && [ ! -e "$HC_SAID" ]; then
    say "error: a program failed with status $hc_status; the lines above are its own"
    hc_mark_said
  fi
  [ "${HC_SAID##*.}" != $$ ] || rm -f "$HC_SAID" 2>/dev/null
  eval "${HC_AT_EXIT:-:}"
  if [ -n "${HC_SIGNAL:-}" ]; then
    trap - "$HC_SIGNAL"
    kill -s "$HC_SIGNAL" $$
  fi
  exit "$hc_status"
}
hc_said=
HC_SAID=${HC_SAID:-${RUNTIME_DIRECTORY:-$HC_RUN}/said.$$}
export HC_SAID
[ "${HC_SAID##*.}" != $$ ] || rm -f "$HC_SAID" 2>/dev/null || :
trap hc_end EXIT
for hc_name in HUP INT TERM; do
  # shellcheck disable=SC2064 # the name of now
  trap "HC_SIGNAL=$hc_name; exit 1" "$hc_name"
done

# wait_for SECONDS PLACE GOT EXPECTED COMMAND...: until the command succeeds; says each minute what it
# waits for, and ends as `not_yet` when it does not in that time.
wait_for() {
  hc_limit=$1 hc_place=$2 hc_got=$3 hc_expected=$4
  shift 4
  hc_waited=0
  until "$@"; do
    [ "$hc_waited" -lt "$hc_limit" ] || not_yet "$hc_place" "$hc_got after $hc_waited s" "$hc_expected"
    [ $((hc_waited % 60)) -ne 0 ] || say "waiting: $hc_place: got $hc_got, expected $hc_expected"
    sleep 1
    hc_waited=$((hc_waited + 1))
  done
}

# pause_before_retry N: 1, 2, 4 ... 30 seconds and up to as much again at random.
pause_before_retry() {
  hc_most=30
  [ "$1" -gt 5 ] || hc_most=$((1 << ($1 - 1)))
  hc_most=$((hc_most * ${HC_RETRY_SECONDS:-1}))
  hc_random=$(od -An -N2 -tu2 /dev/urandom) || hc_random=0
  sleep $((hc_most + hc_random % (hc_most + 1)))
}

# load_machine: reads the facts that user-data wrote.
load_machine() {
  [ -r "$HC_ETC/machine.env" ] || die "$HC_ETC/machine.env" 'no such file' 'what user-data wrote'
  # shellcheck source=/dev/null
  . "$HC_ETC/machine.env"
  for hc_name in HC_CLUSTER HC_MACHINE HC_ROLE HC_REGION HC_ACCOUNT_ID HC_BUCKET; do
    eval "hc_value=\${$hc_name:-}"
    [ -n "$hc_value" ] || die "$HC_ETC/machine.env: $hc_name" nothing 'a value'
  done
  umask 022
  mkdir -p "$HC_STATE" "$HC_RUN"
  chmod 0700 "$HC_RUN"
}

# scratch_file: a new empty file that only root can read, removed when the script ends.
scratch_file() {
  if [ -z "${HC_SCRATCH:-}" ]; then
    mkdir -p "$HC_RUN"
    HC_SCRATCH=$(umask 077 && mktemp -d "$HC_RUN/${0##*/}.XXXXXX") || die "$HC_RUN" 'no scratch folder' 'free space'
    # shellcheck disable=SC2016 # for the end
    at_exit 'rm -rf "$HC_SCRATCH"'
  fi
  HC_SCRATCH_COUNT=$((${HC_SCRATCH_COUNT:-0} + 1))
  HC_SCRATCH_FILE=$HC_SCRATCH/$HC_SCRATCH_COUNT
  (umask 077 && : >"$HC_SCRATCH_FILE") || die "$HC_RUN" 'no scratch file' 'free space'
}

# json_field NAME...: the text at that path of the JSON document on standard input.
json_field() {
  python3 -I -c '
import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1:]:
    value = value[name]
if not isinstance(value, str):
    raise SystemExit("not a text")
sys.stdout.write(value)
' "$@" 2>/dev/null
}

# imds CURL-ARGUMENT...: one request to the instance metadata; headers come on standard input.
imds() {
  curl --disable --config - -sS -f --noproxy '*' --connect-timeout 5 --max-time 10 \
    --retry "${HC_IMDS_RETRIES:-5}" --retry-all-errors "$@"
}

# imds_token: sets HC_IMDS_TOKEN, the session token of IMDSv2.
imds_token() {
  hc_imds=${HC_ENDPOINT_IMDS:-http://169.254.169.254}
  [ -z "${HC_IMDS_TOKEN:-}" ] || return 0
  HC_IMDS_TOKEN=$(printf 'header = "X-aws-ec2-metadata-token-ttl-seconds: 21600"\n' |
    imds -X PUT "$hc_imds/latest/api/token") ||
    not_yet 'instance metadata' 'no session token' 'IMDSv2'
}

# imds_get PATH: instance metadata.
imds_get() {
  imds_token
  printf 'header = "X-aws-ec2-metadata-token: %s"\n' "$HC_IMDS_TOKEN" |
    imds "$hc_imds/latest/$1"
}

# aws_credentials: sets HC_KEY_ID, HC_SECRET_KEY and HC_SESSION_TOKEN from the machine's own role.
aws_credentials() {
  [ -z "${HC_KEY_ID:-}" ] || return 0
  imds_token
  hc_role=$(imds_get meta-data/iam/security-credentials/) ||
    not_yet 'instance metadata' 'no role' 'an instance profile'
  hc_json=$(imds_get "meta-data/iam/security-credentials/$hc_role") ||
    not_yet 'instance metadata' 'no credentials' "those of $hc_role"
  if ! {
    HC_KEY_ID=$(printf '%s' "$hc_json" | json_field AccessKeyId) &&
      HC_SECRET_KEY=$(printf '%s' "$hc_json" | json_field SecretAccessKey) &&
      HC_SESSION_TOKEN=$(printf '%s' "$hc_json" | json_field Token)
  }; then
    not_yet 'instance metadata' 'a document without credentials' "those of $hc_role"
  fi
  hc_json=
}

# aws_endpoint SERVICE HOST: its address.
aws_endpoint() {
  eval "hc_endpoint=\${HC_ENDPOINT_$(printf '%s' "$1" | tr '[:lower:]-' '[:upper:]_'):-}"
  case $HC_REGION in cn-*) hc_suffix=amazonaws.com.cn ;; *) hc_suffix=amazonaws.com ;; esac
  # shellcheck disable=SC2154 # set by eval
  printf '%s' "${hc_endpoint:-https://$2.$HC_REGION.$hc_suffix}"
}

# aws_request SERVICE FILE WHAT: a signed request whose answer goes to FILE. The lines on standard
# input (url, request, header, data, upload-file) go to curl as they are. What passes by itself
# (throttling, errors of the service, broken connections) is tried again here, with growing pauses;
# what needs somebody else first (rights, objects, a route) ends as `not_yet`. The answer of a failed
# request is never shown: it can hold the session token.
aws_request() {
  hc_lines=$(cat)
  hc_try=1
  while :; do
    aws_credentials
    hc_status=0
    hc_code=$({
      printf 'user = "%s:%s"\n' "$HC_KEY_ID" "$HC_SECRET_KEY"
      printf 'header = "x-amz-security-token: %s"\n' "$HC_SESSION_TOKEN"
      printf 'aws-sigv4 = "aws:amz:%s:%s"\n' "$HC_REGION" "$1"
      printf '%s\n' "$hc_lines"
    } | curl --disable --config - -sS --connect-timeout 10 \
      --max-time "${HC_MAX_TIME:-900}" --speed-limit 1000 --speed-time 60 \
      --proto '=https,http' --output "$2" --write-out '%{http_code}') || hc_status=$?
    [ "$hc_status $hc_code" != '0 200' ] || return 0
    hc_reason=
    [ ! -e "$2" ] || hc_reason=$(sed -n -e 's/.*<Code>\([A-Za-z]*\)<.*/\1/p' \
      -e 's/.*"__type" *: *"\([A-Za-z.#_]*\)".*/\1/p' "$2" | head -n 1)
    rm -f "$2"
    hc_got="HTTP $hc_code${hc_reason:+ $hc_reason}"
    [ "$hc_status" -eq 0 ] || hc_got="no whole answer (curl: $hc_status)"
    case $hc_status:$hc_code:$hc_reason in
      23:*) die "$2" 'not written' 'free space' ;;
      [1-9]*:* | *:408:* | *:429:* | *:5??:* | *:*Throttl* | *:*TooManyRequests* | *:*LimitExceeded* | \
        *:SlowDown | *:RequestTimeout | *:*ServiceUnavailable* | *:*InternalServerError | *:*InternalFailure) ;;
      *:*Expired*)
        # A boot may take longer than the credentials that it began with.
        HC_KEY_ID=''
        HC_IMDS_TOKEN=''
        ;;
      *:30?:* | *:40[134]:* | *NotFound* | *AccessDenied* | *UnrecognizedClient* | *InvalidClientTokenId* | \
        *InvalidSignature* | *InvalidKeyId*)
        not_yet "$3" "$hc_got" 'HTTP 200'
        ;;
      *) die "$3" "$hc_got" 'HTTP 200' ;;
    esac
    [ "$hc_try" -lt "${HC_TRIES:-8}" ] || not_yet "$3" "$hc_got, $hc_try times" 'HTTP 200'
    say "waiting: $3: got $hc_got, expected HTTP 200; try $hc_try of ${HC_TRIES:-8}"
    pause_before_retry "$hc_try"
    hc_try=$((hc_try + 1))
  done
}

# s3_url KEY: address of an object of the cluster's bucket.
s3_url() {
  case $1 in
    '' | *[!A-Za-z0-9._/-]*) die 's3' "key '$1'" 'letters, digits, ".", "_", "/" and "-"' ;;
  esac
  if [ -n "${HC_ENDPOINT_S3:-}" ]; then
    printf '%s/%s/%s' "$HC_ENDPOINT_S3" "$HC_BUCKET" "$1"
  else
    printf '%s/%s' "$(aws_endpoint s3 "$HC_BUCKET.s3")" "$1"
  fi
}

# s3_get KEY FILE: FILE appears whole or not at all.
s3_get() {
  hc_url=$(s3_url "$1") || exit $?
  aws_request s3 "$2.part" "s3://$HC_BUCKET/$1" <<EOF
url = "$hc_url"
EOF
  mv -f "$2.part" "$2"
}

# s3_put FILE KEY
s3_put() {
  [ -r "$1" ] || die "$1" 'no such file' 'a file to upload'
  hc_url=$(s3_url "$2") || exit $?
  # Object lock refuses an upload without a checksum of its content.
  hc_checksums=$(python3 -I -c '
import base64, hashlib, sys
md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
with open(sys.argv[1], "rb") as file:
    while chunk := file.read(1 << 20):
        md5.update(chunk)
        sha256.update(chunk)
encode = lambda checksum: base64.b64encode(checksum.digest()).decode()
print(encode(md5), encode(sha256), sha256.hexdigest())
' "$1") || die "$1" 'not readable' 'a file to upload'
  scratch_file
  hc_answer=$HC_SCRATCH_FILE
  # shellcheck disable=SC2086 # three words
  set -- "$1" "$2" $hc_checksums
  aws_request s3 "$hc_answer" "s3://$HC_BUCKET/$2" <<EOF
url = "$hc_url"
upload-file = "$1"
header = "content-md5: $3"
header = "x-amz-checksum-sha256: $4"
header = "x-amz-content-sha256: $5"
EOF
}

# ssm_get PARAMETER FILE: the decrypted value of /<cluster>/PARAMETER; FILE is for root only.
ssm_get() {
  scratch_file
  hc_answer=$HC_SCRATCH_FILE
  hc_url=$(aws_endpoint ssm ssm) || exit $?
  aws_request ssm "$hc_answer" "parameter /$HC_CLUSTER/$1" <<EOF
url = "$hc_url/"
request = "POST"
header = "content-type: application/x-amz-json-1.1"
header = "x-amz-target: AmazonSSM.GetParameter"
data = "{\\"Name\\":\\"/$HC_CLUSTER/$1\\",\\"WithDecryption\\":true}"
EOF
  (umask 077 && json_field Parameter Value <"$hc_answer" >"$2.part") ||
    die "parameter /$HC_CLUSTER/$1" 'an answer without a value' 'a SecureString'
  : >"$hc_answer"
  [ -s "$2.part" ] || die "parameter /$HC_CLUSTER/$1" 'an empty value' 'a SecureString'
  mv -f "$2.part" "$2"
}

# verify_checksum ALGORITHM CHECKSUM FILE
verify_checksum() {
  hc_got=$("$1sum" <"$3" | cut -d ' ' -f 1) || die "$3" 'not readable' "$1 $2"
  [ "$hc_got" = "$2" ] && return 0
  rm -f "$3"
  die "$3" "$1 $hc_got" "$2"
}

# owner_ids USER:GROUP: its numbers on this machine.
owner_ids() {
  hc_uid=$(awk -F: -v name="${1%%:*}" '$1 == name { print $3; exit }' "$HC_ROOT/etc/passwd")
  hc_gid=$(awk -F: -v name="${1##*:}" '$1 == name { print $3; exit }' "$HC_ROOT/etc/group")
  if [ -z "$hc_uid" ] || [ -z "$hc_gid" ]; then
    die "owner $1" 'no such user or group' 'one of this machine'
  fi
  printf '%s:%s' "$hc_uid" "$hc_gid"
}

# place_file SOURCE PATH MODE OWNER [NOTES]: puts a copy at PATH in one step. Says by HC_CHANGED whether
# that changed the content; if so, PATH is noted in the file NOTES before it is done, so that a run
# that is killed in between does not forget what has to follow.
# shellcheck disable=SC2034 # HC_CHANGED is for the scripts
place_file() {
  hc_ids=0:0
  [ "$4" = root:root ] || hc_ids=$(owner_ids "$4") || exit 1
  HC_CHANGED=no
  if [ -f "$2" ] && [ ! -L "$2" ] && cmp -s "$1" "$2"; then
    [ "$(stat -c '0%a %u:%g' "$2")" = "$3 $hc_ids" ] && return 0
    chown "$hc_ids" "$2"
    chmod "$3" "$2"
    return 0
  fi
  HC_CHANGED=yes
  [ -z "${5:-}" ] || printf '%s\n' "${2#"$HC_ROOT"}" >>"$5"
  [ -d "${2%/*}" ] || mkdir -p "${2%/*}"
  (umask 077 && cat "$1" >"$2.hc-new") || die "$2" 'not written' 'free space'
  chown "$hc_ids" "$2.hc-new"
  chmod "$3" "$2.hc-new"
  mv -f "$2.hc-new" "$2" || die "$2" 'not written' 'free space'
}
