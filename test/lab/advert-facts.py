"""What a capture says of VRRP adverts, worked out by nothing but Python's own library.

    advert-facts.py FILE.pcap [KEY]

One JSON object a line for each advert on Ethernet: source, destination, vrid, priority;
`checksum`: "own" with the packet's own destination in the pseudo-header (RFC 9568, 5.2.8), "group"
with the multicast group in its place (keepalived before 1.3.6), "plain" without one, else "wrong";
`signature`, where KEY (hexadecimal) is given: "right" or "wrong" of the last 28 octets as
auth_hmac signs them, "none" where the packet ends with its addresses.
"""

import hashlib
import hmac
import ipaddress
import json
import struct
import sys

GROUPS = {4: ipaddress.ip_address("224.0.0.18"), 6: ipaddress.ip_address("ff02::12")}
TRAILER = 28


def packets(data):
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    at = 24
    while at + 16 <= len(data):
        (kept,) = struct.unpack_from(order + "8xI", data, at)
        yield data[at + 16 : at + 16 + kept]
        at += 16 + kept


def summed(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def pseudo(source, destination, length):
    if source.version == 4:
        return source.packed + destination.packed + struct.pack("!BBH", 0, 112, length)
    return source.packed + destination.packed + struct.pack("!IHBB", length, 0, 0, 112)


def form(source, destination, body):
    forms = {
        "own": pseudo(source, destination, len(body)),
        "group": pseudo(source, GROUPS[source.version], len(body)),
        "plain": b"",
    }
    right = (name for name, before in forms.items() if summed(before + body) == 0xFFFF)
    return next(right, "wrong")


def signature(key, source, pdu, whole):
    trailer = whole[len(pdu) :]
    if len(trailer) != TRAILER:
        return "none"
    head = bytes([source.version, pdu[0] >> 4, pdu[1], 0]) + source.packed.ljust(16, b"\0")
    digested = pdu[:6] + b"\0\0" + pdu[8:] + trailer[:12] + bytes(16)
    mac = hmac.new(key, head + digested, hashlib.sha256).digest()
    sound = trailer[0] == 1 and trailer[2:4] == b"\0\0"
    return "right" if sound and hmac.compare_digest(mac[:16], trailer[12:]) else "wrong"


def facts(frame, key):
    ip = frame[14:]
    four = ip[0] >> 4 == 4
    begin = (ip[0] & 15) * 4 if four else 40
    end = struct.unpack_from("!H", ip, 2)[0] if four else 40 + struct.unpack_from("!H", ip, 4)[0]
    if ip[9 if four else 6] != 112:
        return None
    at, size = (12, 4) if four else (8, 16)
    source = ipaddress.ip_address(ip[at : at + size])
    destination = ipaddress.ip_address(ip[at + size : at + 2 * size])
    whole = ip[begin:end]
    version = whole[0] >> 4
    length = 8 + whole[3] * size + (8 if version == 2 and four else 0)
    pdu = whole[:length]
    # Over IPv4 the sum ends with the advert, over IPv6 with the packet.
    told = {
        "source": str(source),
        "destination": str(destination),
        "vrid": whole[1],
        "priority": whole[2],
        "checksum": form(source, destination, pdu if four else whole),
    }
    if key is not None:
        told["signature"] = signature(key, source, pdu, whole)
    return told


def main():
    key = bytes.fromhex(sys.argv[2]) if len(sys.argv) > 2 else None
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    for frame in packets(data):
        told = facts(frame, key)
        if told is not None:
            print(json.dumps(told))


main()
