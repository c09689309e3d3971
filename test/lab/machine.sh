# A machine of its own, in namespaces: this one's files below a layer that is thrown away, a network with
# one cable, a control group, and systemd as its first process. Run as the first process of new mount,
# process, network, UTS and IPC namespaces; $1 is a directory that may be mounted over, $2 the name of the
# control group.
set -e
if [ "$3" != inside ]; then
    mount --make-rprivate /
    mount -t tmpfs machine "$1"
    mkdir "$1/groups"
    mount -t cgroup2 cgroup2 "$1/groups"
    mkdir "$1/groups/$2"
    echo 0 >"$1/groups/$2/cgroup.procs"
    umount "$1/groups"
    exec unshare --cgroup sh "$0" "$1" "$2" inside
fi
cd "$1"
mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
cd root
mkdir -p old
mount --rbind /dev dev
pivot_root . old
cd /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
umount -l /old
# Nothing of the machine below is started.
rm -rf /etc/systemd/system/*
cat >/etc/systemd/system/machine.target <<UNIT
[Unit]
Description=All that runs here
DefaultDependencies=no
AllowIsolate=yes
Wants=systemd-journald.service dbus.socket
UNIT
ip link set lo up
ip link add eth0 type veth peer name wire
ip link set wire up
ip link set eth0 up
ip address add 192.168.122.101/24 dev eth0
exec env -i container=machine PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --unit=machine.target --log-target=journal
