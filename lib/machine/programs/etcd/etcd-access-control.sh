#!/bin/sh
# Makes users, roles and permissions what the plan says and turns authentication on. Runs on every
# member and at every boot; a run that was cut off anywhere is completed by the next.
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"
plan=$HC_ROOT/etc/hardened-cluster/etcd/access-control

wait_healthy "${wait_seconds:-600}" || die 'this member' 'no quorum' 'healthy members'

enabled() {
  etcdctl_as root auth status 2>/dev/null | grep -q '^Authentication Status: true$'
}

# make user|role NAME, unless it was there when this began. Another member may do the same just now.
# Sets `made`.
make() {
  made=no
  case $1 in
    user) known=$users ;;
    role) known=$roles ;;
  esac
  printf '%s\n' "$known" | grep -qxF "$2" && return 0
  case $1 in
    user) etcdctl_as root user add "$2" --no-password ;;
    role) etcdctl_as root role add "$2" ;;
  esac >/dev/null 2>&1 || etcdctl_as root "$1" get "$2" >/dev/null || die "$1 $2" 'not made' 'made'
  made=yes
  log "made $1 $2"
}

# permissions ROLE: `read|write key|prefix KEY` a line, sorted.
permissions() {
  etcdctl_as root role get "$1" | awk '
    /^KV Read:/ { type = "read" }
    /^KV Write:/ { type = "write" }
    /^\t/ {
      if (match($0, /\(prefix .*\)$/)) print type, "prefix", substr($0, RSTART + 8, RLENGTH - 9)
      else if ($0 ~ /^\t\[/) print type, "range", substr($0, 2)
      else print type, "key", substr($0, 2)
    }' | sort
}

planned_permissions() {
  awk -v role="$1" '
    $1 == "permission" && $2 == role {
      if ($3 ~ /read/) print "read", $4, $5
      if ($3 ~ /write/) print "write", $4, $5
    }' "$plan" | sort
}

# granted TYPE SCOPE-AND-KEY: whether `current` has just this.
granted() {
  has_read=no
  has_write=no
  ! printf '%s\n' "$current" | grep -qxF "read $2" || has_read=yes
  ! printf '%s\n' "$current" | grep -qxF "write $2" || has_write=yes
  case $1 in
    read) [ "$has_read$has_write" = yesno ] ;;
    write) [ "$has_read$has_write" = noyes ] ;;
    readwrite) [ "$has_read$has_write" = yesyes ] ;;
  esac
}

# Puts a role's permissions right. What another release granted and this one does not is revoked.
settle_role() {
  current=
  if [ "$made" = no ]; then
    current=$(permissions "$1")
    [ "$current" != "$(planned_permissions "$1")" ] || return 0
  fi
  awk -v role="$1" '$1 == "permission" && $2 == role { print $3, $4, $5 }' "$plan" |
    while read -r type scope key; do
      ! granted "$type" "$scope $key" || continue
      case $scope in
        prefix) etcdctl_as root role grant-permission "$1" "$type" "$key" --prefix ;;
        key) etcdctl_as root role grant-permission "$1" "$type" "$key" ;;
        *) die "$plan: $1" "scope $scope" 'key or prefix' ;;
      esac </dev/null >/dev/null
      log "role $1: $type on $scope $key"
    done
  [ "$made" = yes ] || permissions "$1" | while read -r type scope key; do
    planned_permissions "$1" | grep -qxF "$type $scope $key" && continue
    case $scope in
      prefix) etcdctl_as root role revoke-permission "$1" "$key" --prefix ;;
      key) etcdctl_as root role revoke-permission "$1" "$key" ;;
      range)
        from=${key#[}
        from=${from%%, *}
        to=${key##*, }
        to=${to%%[)]*}
        if [ "$to" = '<open ended>' ]; then
          etcdctl_as root role revoke-permission "$1" "$from" --from-key
        else
          etcdctl_as root role revoke-permission "$1" "$from" "$to"
        fi
        ;;
    esac </dev/null >/dev/null || true
    log "role $1: $type on $scope $key revoked"
  done
  [ "$(permissions "$1")" = "$(planned_permissions "$1")" ] ||
    die "role $1" "$(permissions "$1" | tr '\n' ';')" "$(planned_permissions "$1" | tr '\n' ';')"
}

# roles_of USER, one a line, sorted.
roles_of() {
  etcdctl_as root user get "$1" | sed -n 's/^Roles: *//p' | tr ' ' '\n' | sed '/^$/d' | sort
}

planned_roles() {
  awk -v user="$1" '$1 == "user" && $2 == user { print $3 }' "$plan" | sort
}

settle_user() {
  if [ "$made" = no ] && [ "$(roles_of "$1")" = "$(planned_roles "$1")" ]; then
    return 0
  fi
  for role in $(planned_roles "$1"); do
    etcdctl_as root user grant-role "$1" "$role" >/dev/null
  done
  [ "$made" = yes ] || for role in $(roles_of "$1"); do
    planned_roles "$1" | grep -qxF "$role" && continue
    etcdctl_as root user revoke-role "$1" "$role" >/dev/null
    log "user $1: role $role revoked"
  done
  [ "$(roles_of "$1")" = "$(planned_roles "$1")" ] ||
    die "user $1" "roles $(roles_of "$1" | tr '\n' ' ')" "$(planned_roles "$1" | tr '\n' ' ')"
}

settle() {
  users=$(etcdctl_as root user list)
  roles=$(etcdctl_as root role list)
  make role root
  # shellcheck disable=SC2013 # names are words
  for role in $(awk '$1 == "role" { print $2 }' "$plan"); do
    make role "$role"
    settle_role "$role"
  done
  for user in $(awk '$1 == "user" { print $2 }' "$plan" | uniq); do
    make user "$user"
    settle_user "$user"
  done
}

# check_strangers user|role NAMES: one outside the plan is for an operator to decide on: it is reported,
# not removed.
check_strangers() {
  printf '%s\n' "$2" | while read -r name; do
    [ "$name" = root ] || [ -z "$name" ] || grep -q "^$1 $name\( \|\$\)" "$plan" ||
      die "etcd $1 $name" 'one that is not planned' 'only those of the plan'
  done
}

# The members take turns at first boot: one does the work, the others find it done.
turns=$((member_index * 2))
while [ "$turns" -gt 0 ] && ! enabled; do
  turns=$((turns - 1))
  sleep 1
done

settle
if ! enabled; then
  etcdctl_as root auth enable >/dev/null 2>&1 || enabled || die 'authentication' 'off' 'on'
  log 'authentication turned on'
fi
check_strangers user "$users"
check_strangers role "$roles"

# The proof: an identity that is no user reads nothing.
if etcdctl_as server get /registry/ --prefix --keys-only --limit=1 >/dev/null 2>&1; then
  die 'authentication' 'a certificate that is no user may read' 'permission denied'
fi
log 'authentication is on; users, roles and permissions are as planned'

load_machine
scratch_file
mark=$HC_SCRATCH_FILE

# From now on a member without data never starts a cluster of its own. See etcd-start.
if ! (s3_get "$bootstrapped_key" "$mark") 2>/dev/null; then
  printf '%s\n' "$member_name" >"$mark"
  s3_put "$mark" "$bootstrapped_key"
fi

# Who replaces machines one by one waits for this before the next.
[ -n "${HC_BUNDLE_SHA256:-}" ] || die "$HC_ETC/machine.env: HC_BUNDLE_SHA256" nothing 'a value'
printf '%s\n' "$HC_BUNDLE_SHA256" >"$mark"
s3_put "$mark" "$readiness_key_prefix$HC_BUNDLE_SHA256"
