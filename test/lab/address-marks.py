"""Prints every address of this network namespace with its protocol mark (IFA_PROTO, rtnetlink(7);
Linux 5.18 and later), one a line: "192.0.2.1 0". What iproute2 before 6.3 does not show."""
import ipaddress
import socket
import struct

RTM_GETADDR, NLMSG_DONE, NLM_F_DUMP_REQUEST = 22, 3, 0x301
IFA_ADDRESS, IFA_LOCAL, IFA_PROTO = 1, 2, 11

netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
netlink.send(struct.pack("=IHHIIBBBBI", 24, RTM_GETADDR, NLM_F_DUMP_REQUEST, 1, 0, 0, 0, 0, 0, 0))


def attributes(data):
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        yield kind, data[4:size]
        data = data[(size + 3) & ~3 :]


done = False
while not done:
    data = netlink.recv(1 << 18)
    while data:
        size, kind = struct.unpack_from("=IH", data)
        done = done or kind == NLMSG_DONE
        if kind != NLMSG_DONE:
            found = dict(attributes(data[24:size]))
            address = ipaddress.ip_address(found.get(IFA_LOCAL, found.get(IFA_ADDRESS)))
            print(address, found.get(IFA_PROTO, b"\0")[0])
        data = data[(size + 3) & ~3 :]
