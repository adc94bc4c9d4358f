#!/bin/sh
# First process of the guest, in the initramfs: loads the drivers, mounts the disk, brings this run's files onto it.
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in /modules/*.ko; do insmod "$module" || echo "guest: $module cannot be loaded"; done
tries=0
until [ -b /dev/vda ] || [ $tries -ge 100 ]; do tries=$((tries + 1)); sleep 0.1; done
mount -t ext4 /dev/vda /disk || { echo 'guest: no disk'; poweroff -f; }
cp -a /sonde /disk/opt/
umount /proc /sys
mount --move /dev /disk/dev
exec switch_root /disk /bin/busybox sh /opt/sonde/start.sh
