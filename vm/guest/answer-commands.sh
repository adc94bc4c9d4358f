#!/bin/sh
# Runs each line that comes through the port `sonde.commands` and answers with its output and `sonde-end STATUS`.
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
for name in /sys/class/virtio-ports/*/name; do
  [ "$(cat "$name")" = sonde.commands ] && port=/dev/$(basename "$(dirname "$name")")
done
exec 3<>"$port"
echo 'sonde-ready' >&3
while read -r line <&3; do
  sh -c "$line" </dev/null >/run/command-output 2>&1 3<&-
  status=$?
  cat /run/command-output >&3
  printf '\nsonde-end %d\n' $status >&3
done
