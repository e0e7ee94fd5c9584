#!/bin/sh
# Answers one HTTP request of a kubelet probe (GET /livez or /readyz) on stdin and stdout: asks the
# API server of this machine the same with a client certificate, since it takes no anonymous request.
set -eu
root=${HC_ROOT:-}
server=${HC_API_SERVER:-https://127.0.0.1:6443}
folder=$root/etc/kubernetes/probe

answer() {
  printf 'HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$1"
  exit 0
}

IFS=' ' read -r method target _ || exit 0
# The headers have to be read: closing a socket with unread bytes resets it.
carriage_return=$(printf '\r')
while IFS= read -r header; do
  [ -n "${header%"$carriage_return"}" ] || break
done

[ "$method" = GET ] || answer '405 Method Not Allowed'
case $target in
  /livez | /readyz) ;;
  *) answer '404 Not Found' ;;
esac
status=$(curl --disable --silent --noproxy '*' --max-time 10 --output /dev/null \
  --write-out '%{http_code}' --cacert "$root/etc/kubernetes/pki/ca.crt" \
  --cert "$folder/client.crt" --key "$folder/client.key" "$server$target") || status=000
case $status in
  200) answer '200 OK' ;;
  *) answer '503 Service Unavailable' ;;
esac
