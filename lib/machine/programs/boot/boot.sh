#!/bin/sh
# Makes this machine what its bundle says. Runs at each start, from the verified bundle; a second
# run changes nothing, and an interrupted run is completed by the next: it is idempotent.
set -eu
bundle=${0%/usr/local/lib/hardened-cluster/boot}
# shellcheck source=lib.sh disable=SC1091
. "$bundle/usr/local/lib/hardened-cluster/lib.sh"
load_machine
plan=$bundle/etc/hardened-cluster/boot
export HC_ROOT HC_PLAN="$plan" PATH="$bundle/usr/local/lib/hardened-cluster:$PATH"
exec 9>"$HC_RUN/boot.lock"
flock -n 9 || die 'boot' 'another run' 'one at a time'

# Tables of the plan have one row a line and tabs between the fields; `-` stands for nothing.
tab=$(printf '\t')

check_image() {
  # shellcheck source=/dev/null
  . "$HC_ROOT/etc/os-release"
  if ! { [ "${ID:-}" = debian ] && [ "${VERSION_ID:-0}" -ge 13 ]; }; then
    die "$HC_ROOT/etc/os-release" "${ID:-nothing} ${VERSION_ID:-}" 'debian 13 or later'
  fi
  while IFS= read -r command; do
    command -v "$command" >/dev/null ||
      die 'machine image' "no program $command" 'an image as docs/machine.md asks for'
  done <"$plan/commands"
}

make_users() {
  # Copies that a systemd-sysusers left which was killed: of /etc/shadow, too.
  for database in passwd group shadow gshadow; do
    rm -f "$HC_ROOT/etc/.#$database"*
  done
  place_file "$plan/users" "$HC_ROOT/etc/sysusers.d/hardened-cluster.conf" 0644 root:root
  systemd-sysusers ${HC_ROOT:+--root="$HC_ROOT"} "$HC_ROOT/etc/sysusers.d/hardened-cluster.conf" ||
    die 'users' 'systemd-sysusers failed' 'the users of the plan'
}

install_packages() {
  missing=
  while IFS= read -r package; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=
    [ "$state" = installed ] || missing="$missing $package"
  done <"$plan/packages"
  [ -n "$missing" ] || return 0
  export DEBIAN_FRONTEND=noninteractive
  # What a loss of power left half-way.
  dpkg --force-confold --force-confdef --configure -a >&2 || die 'packages' 'dpkg --configure -a failed' 'whole packages'
  try=1
  # The lock of the lists has no time to wait of its own, and updates of the image run at boot too.
  until run_apt update; do
    [ "$try" -lt "${HC_TRIES:-8}" ] || not_yet 'packages' "apt-get update failed $try times" 'a Debian mirror by HTTPS'
    say "waiting: packages: got apt-get update failed, expected a Debian mirror by HTTPS; try $try of ${HC_TRIES:-8}"
    pause_before_retry "$try"
    try=$((try + 1))
  done
  # shellcheck disable=SC2086 # several words
  run_apt install $missing || not_yet 'packages' "not installed:$missing" 'a Debian mirror by HTTPS'
}

# run_apt VERB PACKAGE...
run_apt() {
  verb=$1
  shift
  apt-get -o Acquire::Retries=5 -o Acquire::https::Timeout=30 -o APT::Update::Error-Mode=any \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confdef \
    -y -qq --no-install-recommends "$verb" "$@" >&2
}

# Packages that came as artifacts, for machines without a mirror. What the image has stays.
install_local_packages() {
  set --
  for package in "$HC_ROOT"/var/cache/hardened-cluster/packages/*.deb; do
    [ -e "$package" ] || continue
    name=$(dpkg-deb -f "$package" Package) || die "$package" 'no Debian package' 'one'
    state=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) || state=
    [ "$state" = installed ] || set -- "$@" "$package"
  done
  [ $# -gt 0 ] || return 0
  DEBIAN_FRONTEND=noninteractive dpkg --force-confold --force-confdef --install "$@" >&2 ||
    die 'packages' 'dpkg failed' 'the packages of the plan'
}

# Facts for the tokens of templates. The address, zone and id come from the instance metadata.
render_facts() {
  {
    for fact in CLUSTER MACHINE ROLE REGION ACCOUNT_ID BUCKET SERVICE_ACCOUNT_ISSUER; do
      eval "value=\${HC_$fact:-}"
      # shellcheck disable=SC2154 # set by eval
      printf 'HC_%s=%s\n' "$fact" "$value"
    done
    printf 'HC_PRIVATE_IP=%s\n' "$(imds_get meta-data/local-ipv4)"
    printf 'HC_ZONE=%s\n' "$(imds_get meta-data/placement/availability-zone)"
    printf 'HC_INSTANCE_ID=%s\n' "$(imds_get meta-data/instance-id)"
  } >"$1"
  while IFS='=' read -r name value; do
    case $value in
      *[!A-Za-z0-9._:/-]*) die "fact $name" "$value" 'letters, digits, ".", "_", ":", "/" and "-"' ;;
      '') [ "$name" = HC_SERVICE_ACCOUNT_ISSUER ] || die "fact $name" nothing 'a value' ;;
    esac
  done <"$1"
}

# repeat_for_members FILE: its text, and a line that names @HC_ETCD_MEMBER@ once for each member that
# etcd has today, with its address.
repeat_for_members() {
  scratch_file
  list-etcd-tier </dev/null >"$HC_SCRATCH_FILE" || exit $?
  awk -v token='@HC_ETCD_MEMBER@' '
    NR == FNR { if ($1 != "initial-members") addresses[++count] = $2; next }
    index($0, token) == 0 { print; next }
    { for (i = 1; i <= count; i++) { line = $0; gsub(token, addresses[i], line); print line } }
  ' "$HC_SCRATCH_FILE" "$1"
}

# place_files KIND: puts the files of the bundle in place that are `plain` or a `template`, one step
# each; templates with their tokens replaced.
place_files() {
  scratch_file
  facts=$HC_SCRATCH_FILE
  if [ "$1" = template ] && grep -q "${tab}template\$" "$plan/files"; then
    imds_token
    render_facts "$facts"
  fi
  scratch_file
  rendered=$HC_SCRATCH_FILE
  scratch_file
  repeated=$HC_SCRATCH_FILE
  touch "$HC_STATE/changed" || die "$HC_STATE/changed" 'not written' 'free space'
  while IFS=$tab read -r path mode owner kind; do
    [ "$kind" = "$1" ] || continue
    source=$bundle$path
    if [ "$kind" = template ]; then
      if grep -q '@HC_ETCD_MEMBER@' "$source"; then
        repeat_for_members "$source" >"$repeated"
        source=$repeated
      fi
      sed -e "$(sed -e 's/^\([A-Z_]*\)=\(.*\)$/s|@\1@|\2|g/' "$facts")" "$source" >"$rendered"
      left=$(grep -o '@HC_[A-Z_]*@' "$rendered" | head -n 1) || left=
      [ -z "$left" ] || die "$path" "token $left" 'a token with a value'
      source=$rendered
    fi
    place_file "$source" "$HC_ROOT$path" "$mode" "$owner" "$HC_STATE/changed"
  done <"$plan/files"
}

make_declared() {
  systemd-sysusers ${HC_ROOT:+--root="$HC_ROOT"} || die 'users' 'systemd-sysusers failed' 'the users of the plan'
  systemd-tmpfiles ${HC_ROOT:+--root="$HC_ROOT"} --create ||
    log 'systemd-tmpfiles reports an entry that is not of this plan or not of this kernel'
}

apply_kernel_settings() {
  systemctl restart systemd-modules-load.service ||
    die 'kernel modules' 'not loaded' 'those of /etc/modules-load.d'
  systemctl restart systemd-sysctl.service ||
    die 'kernel settings' 'a refused setting' 'those of /etc/sysctl.d'
}

# has_changed PATTERN: whether a file whose path matches has changed since its service took it up.
has_changed() {
  grep -q "$1" "$HC_STATE/changed"
}

# forget PATTERN: its service has taken the change up.
forget() {
  grep -v "$1" "$HC_STATE/changed" >"$HC_STATE/changed.new" || :
  mv -f "$HC_STATE/changed.new" "$HC_STATE/changed"
}

# restart_services PHASE: services of the system that read a changed file again, the SSH server only
# when it takes its configuration.
restart_services() {
  restarted=
  while IFS=$tab read -r prefix service phase; do
    [ "$phase" = "$1" ] || continue
    has_changed "^$prefix" || continue
    case " $restarted " in *" $service "*) forget "^$prefix" && continue ;; esac
    case $service in
      ssh.service)
        [ -e "$HC_ROOT/etc/ssh/authorized_keys.d" ] && mkdir -p "$HC_ROOT/run/sshd" &&
          { sshd -t -f "$HC_ROOT/etc/ssh/sshd_config" || die "$HC_ROOT/etc/ssh/sshd_config" 'refused' 'a valid one'; }
        ;;
      auditd.service)
        # Without auditd (an etcd machine of the stock image) there is nothing to load rules with.
        command -v augenrules >/dev/null || continue
        augenrules --load >/dev/null 2>&1 || log 'audit rules not loaded now: they hold from the next start on'
        forget "^$prefix"
        continue
        ;;
    esac
    # An image of one's own may have another service for the same, such as chrony.
    systemctl cat "$service" >/dev/null 2>&1 || { log "no $service in this image" && continue; }
    systemctl restart "$service" || die "$service" 'failed to restart' 'a running service'
    restarted="$restarted $service"
    forget "^$prefix"
  done <"$plan/services"
}

# start_units PHASE
start_units() {
  while IFS=$tab read -r unit enable phase; do
    [ "$enable $phase" = "yes $1" ] || continue
    systemctl enable --quiet "$unit" || die "$unit" 'not enabled' 'an enabled unit'
    # A unit whose file changed since it started is restarted.
    action=start
    ! has_changed "^/etc/systemd/system/$unit\$" || action=restart
    systemctl "$action" "$unit" || die "$unit" 'failed to start' 'a running unit'
    forget "^/etc/systemd/system/$unit\$"
  done <"$plan/units"
}

# Accounts, names, journal and the shipping of logs come first: with them it can be seen from outside
# what the rest waits for.
check_image
make_users
place_files plain
make_declared
systemctl daemon-reload
restart_services early
start_units early
mount-data-volume
install_packages
place_files template
install-artifacts
install_local_packages
fetch-secrets
make_declared
systemctl daemon-reload
apply_kernel_settings
restart_services late
# On the disk, before anything is enabled that reads it.
sync -f "$HC_STATE"
start_units late
: >"$HC_STATE/changed"
say 'done'
