#!/bin/sh
# First process of the guest on its disk: makes a machine of it, then hands over to busybox's init, which keeps inittab running.
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tracefs trace /sys/kernel/tracing
mount -t debugfs debug /sys/kernel/debug
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
busybox hostname "$(sed -n "s/^SONDE_HOST_NAME='\(.*\)'$/\1/p" /opt/sonde/agent.env)"
# QEMU's user network: the guest is 10.0.2.15, and the machine that runs QEMU answers at 10.0.2.2 with its loopback interface.
ip link set lo up
ip link set eth0 up
ip address add 10.0.2.15/24 dev eth0
ip route add default via 10.0.2.2
echo "guest: up after $(cut -d' ' -f1 /proc/uptime) s, $(uname -rm)"
cp /opt/sonde/inittab /etc/inittab
mkdir -p /etc/sonde
cp /opt/sonde/policy.yaml /etc/sonde/policy.yaml
chmod 644 /etc/sonde/policy.yaml
exec /bin/busybox init
