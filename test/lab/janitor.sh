#!/bin/sh
# Clears a lab away. It waits until its standard input ends, which happens when the owner closes
# the lab and also when the owner dies of anything, SIGKILL included; then it ends what the owner
# started (by process id, checked against the start time) and what still lives in the lab's own
# network namespaces, and removes namespaces and files.
# Usage: janitor.sh STATE_DIRECTORY NAMESPACE...
state=$1
shift
cat >/dev/null

# Prints field 22 of /proc/PID/stat, the start time; the name before it may hold blanks.
start_time() {
    sed -n 's/^.*) //p' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

for file in "$state"/pids/*; do
    [ -e "$file" ] || continue
    pid=${file##*/}
    if [ "$(start_time "$pid")" = "$(cat "$file")" ]; then kill -9 "$pid" 2>/dev/null; fi
done
for namespace in "$@"; do
    for pid in $(ip netns pids "$namespace" 2>/dev/null); do kill -9 "$pid" 2>/dev/null; done
    ip netns del "$namespace" 2>/dev/null
done
rm -rf "$state"
exit 0
