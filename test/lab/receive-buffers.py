"""Sizes of the receive buffers of a process's sockets for adverts, as the kernel tells them, doubled
by it: `receive-buffers.py PID`. ss(8) needs a module for raw sockets that a kernel may lack."""

import ctypes
import os
import socket
import sys

PIDFD_GETFD = 438
VRRP = 112

libc = ctypes.CDLL(None, use_errno=True)
pid = int(sys.argv[1])
process = os.pidfd_open(pid)
for number in map(int, os.listdir(f"/proc/{pid}/fd")):
    copy = libc.syscall(PIDFD_GETFD, process, number, 0)
    if copy < 0:
        continue
    try:
        one = socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        continue
    if one.type & 0xF == socket.SOCK_RAW and one.proto == VRRP:
        print(one.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF))
    one.close()
